import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createProject, type Project } from '../../support/project.ts'

const config = `
description: Greetings
prompts: ["Greet {{name}}."]
tests: [{vars: {name: Ann}, assert: [{type: contains, value: Ann}]}]
`
const run = (project: Project, file: string, ...flags: string[]) =>
  project.sluice(['import', 'promptfoo', file, ...flags])

test('the files are written, a page says what became of each part, and a second import replaces nothing', async () => {
  using project = createProject({ 'promptfooconfig.yaml': config })
  const done = await run(project, 'promptfooconfig.yaml', '--report', 'mapping.md')
  assert.equal(done.code, 0, done.stderr)
  assert.match(
    done.stdout,
    /1 of 1 assertion translated \(100 %\): 1 same, 0 approximated, 0 dropped\.\n\nNext: sluice check && sluice eval greetings\n$/,
  )
  assert.match(readFileSync(path.join(project.root, 'mapping.md'), 'utf8'), /\| same \| `contains` \| 1 \|/)
  assert.equal((await project.sluice(['check'])).code, 0)
  const again = await run(project, 'promptfooconfig.yaml')
  assert.equal(again.code, 3)
  assert.match(again.stderr, /nothing was written, because these files exist already.*prompts\/greetings\.prompt\.yml/s)
  assert.equal((await run(project, 'promptfooconfig.yaml', '--name', 'other', '--model', 'openai:gpt-x')).code, 0)
})

test('a project that exists is added to, unless its sluice.yaml does not fit', async () => {
  using project = createProject({
    'promptfooconfig.yaml': config.replace('tests:', 'providers: [ollama:llama3]\ntests:'),
    'narrow/sluice.yaml': 'prompts: other/*.prompt.yml',
    'wide/sluice.yaml': 'providers: {ollama: {kind: openai-compatible, baseURL: "http://127.0.0.1:1/v1"}}',
    'empty/sluice.yaml': 'sluice: 1',
    'narrow2/sluice.yaml':
      'prompts: other/*.prompt.yml\nproviders: {ollama: {kind: openai-compatible, baseURL: "http://127.0.0.1:1/v1"}}',
  })
  assert.equal((await run(project, 'promptfooconfig.yaml', '--out', 'wide')).code, 0)
  const lacking = await run(project, 'promptfooconfig.yaml', '--out', 'empty')
  assert.equal(lacking.code, 3)
  assert.match(lacking.stderr, /add these providers to sluice\.yaml first\nproviders:\n {2}ollama:/)
  const unread = await run(project, 'promptfooconfig.yaml', '--out', 'narrow2')
  assert.match(unread.stderr, /looks for prompts in other\/\*\.prompt\.yml/)
  assert.equal(existsSync(path.join(project.root, 'narrow2/prompts')), false)
})

test('--dry-run writes nothing, and --json prints the rows alone', async () => {
  using project = createProject({ 'promptfooconfig.yaml': config })
  const done = await run(project, 'promptfooconfig.yaml', '--out', 'new', '--dry-run', '--json')
  const { written, translated, rows, features } = JSON.parse(done.stdout)
  assert.equal(done.code, 0)
  assert.deepEqual([written, translated.share, features[0].cases], [false, 1, 1])
  assert.ok(rows.every((row: object) => Object.hasOwn(row, 'outcome')))
  assert.equal(existsSync(path.join(project.root, 'new')), false)
})

test('faulty flags, unknown formats and files that are not there are refused', async () => {
  using project = createProject({ 'promptfooconfig.yaml': config, 'config.ts': 'throw new Error("ran")' })
  for (const [args, message] of [
    [['promptfo', 'promptfooconfig.yaml'], /unknown format "promptfo"; did you mean "promptfoo"\?/],
    [['promptfoo', 'gone.yaml'], /gone\.yaml: there is no such file/],
    [['promptfoo', '.'], /is a folder; name its promptfooconfig\.yaml/],
    [['promptfoo', 'config.ts'], /never run here: run "promptfoo eval -o results\.json"/],
    [['promptfoo', 'promptfooconfig.yaml', '--map', 'x'], /--map x: write column=field/],
    [['promptfoo', 'promptfooconfig.yaml', '--map', 'x='], /--map x=: write column=field/],
    [['promptfoo', 'promptfooconfig.yaml', '--map', 'x=y'], /--map: files of promptfoo have no columns/],
    [['promptfoo', 'promptfooconfig.yaml', '--model', 'x'], /--model x: write provider:model/],
    [['promptfoo', 'promptfooconfig.yaml', '--verify', 'gone.json'], /gone\.json: there is no such file/],
  ] as const) {
    const done = await project.sluice(['import', ...args])
    assert.deepEqual([done.code, message.test(done.stderr)], [3, true], done.stderr)
  }
  assert.equal(existsSync(path.join(project.root, 'prompts')), false)
})

test('a file outside of the folder is not read, not even through a link, unless its folder is allowed', async () => {
  using project = createProject({
    'secret.txt': 'Greet {{name}} politely.',
    'evals/promptfooconfig.yaml': config.replace('"Greet {{name}}."', 'file://../secret.txt'),
    'evals/linked.yaml': config.replace('"Greet {{name}}."', 'file://inside.txt'),
    'evals/value.yaml': config.replace('value: Ann', 'value: file:///etc/hostname'),
  })
  symlinkSync(path.join(project.root, 'secret.txt'), path.join(project.root, 'evals/inside.txt'))
  for (const file of ['promptfooconfig.yaml', 'linked.yaml', 'value.yaml']) {
    const done = await run(project, `evals/${file}`, '--out', 'new')
    assert.equal(done.code, 3, file)
    assert.match(done.stderr, /(?:lies outside of .* allow its folder with --root|inside\.txt)/, file)
  }
  const allowed = await run(project, 'evals/promptfooconfig.yaml', '--out', 'new', '--root', '.')
  assert.equal(allowed.code, 0, allowed.stderr)
})

test('odd bytes are refused at their place, and a byte order mark and CRLF are none', async () => {
  using project = createProject({
    'latin.yaml': Buffer.from('prompts: ["Gr\xfc\xdfe"]\n', 'latin1'),
    'utf16.yaml': Buffer.from('\ufeffprompts: [x]', 'utf16le'),
    'binary.yaml': new Uint8Array([1, 0, 2, 0, 0, 3]),
    'crlf.yaml': `\ufeff${config.replaceAll('\n', '\r\n')}`,
    'cut.yaml': config.slice(0, -20),
    'empty.csv': '',
  })
  for (const [file, message] of [
    ['latin.yaml', /latin\.yaml:1:\d+: a byte that is not UTF-8/],
    ['utf16.yaml', /encoded as UTF-16/],
    ['binary.yaml', /not a text file|UTF-16/],
    ['cut.yaml', /cut\.yaml:\d+:\d+:/],
    ['empty.csv', /is empty/],
  ] as const) {
    const done = await run(project, file, '--out', 'new')
    assert.deepEqual([done.code, message.test(done.stderr)], [3, true], done.stderr)
  }
  assert.equal((await run(project, 'crlf.yaml', '--out', 'new')).code, 0)
})

test('a file of 100 MB is refused before it is read', async () => {
  using project = createProject({ 'big.json': '' })
  truncateSync(path.join(project.root, 'big.json'), 100 * 1024 * 1024)
  const done = await run(project, 'big.json', '--out', 'new')
  assert.equal(done.code, 3)
  assert.match(done.stderr, /big\.json has 100 MB, more than the 64 MB that an import reads/)
})

test('many rows become JSON Lines, each with its case', async () => {
  const rows = Array.from({ length: 600 }, (_, index) => `q${index},contains:${index}`)
  using project = createProject({ 'tests.csv': ['question,__expected', ...rows].join('\n') })
  const done = await run(project, 'tests.csv', '--out', 'new', '--name', 'many')
  assert.equal(done.code, 0, done.stderr)
  const lines = readFileSync(path.join(project.root, 'new/evals/many.jsonl'), 'utf8').trim().split('\n')
  assert.equal(lines.length, 600)
  assert.match(done.stdout, /600 of 600 assertions translated/)
})

test('a generated module is run by the gate, and fails what throws', async () => {
  using project = createProject({
    'promptfooconfig.yaml': config
      .replace(
        '{type: contains, value: Ann}',
        '{type: javascript, value: "JSON.parse(output).name === context.vars.secret"}',
      )
      .replace('name: Ann', 'name: Ann, secret: x'),
  })
  assert.equal((await run(project, 'promptfooconfig.yaml')).code, 0)
  const suite = readFileSync(path.join(project.root, 'evals/greetings.yaml'), 'utf8')
  const [, module = ''] = /module: \.\.\/(checks\/promptfoo-\w+\.mjs)/.exec(suite) ?? []
  const { default: check } = await import(path.join(project.root, module))
  const item = { vars: { name: 'Ann' }, source: { vars: { secret: 'x' } } }
  assert.equal(check({ output: '{"name": "x"}', case: item }).score, 1)
  assert.equal(check({ output: '{"name": "y"}', case: item }).score, 0)
  assert.deepEqual([check({ output: 'no JSON', case: item }).score], [0])
})

test('a module that reads members of the output is given its data', async () => {
  using project = createProject({
    'promptfooconfig.yaml': config.replace(
      '{type: contains, value: Ann}',
      '{type: javascript, value: "output.name === context.vars.name"}',
    ),
  })
  assert.equal((await run(project, 'promptfooconfig.yaml')).code, 0)
  const suite = readFileSync(path.join(project.root, 'evals/greetings.yaml'), 'utf8')
  const [, module = ''] = /module: \.\.\/(checks\/promptfoo-\w+\.mjs)/.exec(suite) ?? []
  const { default: check } = await import(path.join(project.root, module))
  const scores = ['{"name": "Ann"}', '{"name": "Bob"}', 'no JSON'].map(
    (output) => check({ output, case: { vars: { name: 'Ann' } } }).score,
  )
  assert.deepEqual(scores, [1, 0, 0])
})

test('--report replaces a report of before, never another file, and a dry run writes none', async () => {
  const source = JSON.stringify([{ input: 'a', expectedOutput: 'b' }])
  using project = createProject({ 'goldens.json': source, 'notes.md': 'Mine.\n' })
  const run = (...flags: string[]) => project.sluice(['import', 'deepeval', 'goldens.json', ...flags])
  for (const file of ['goldens.json', 'notes.md', '.']) {
    const refused = await run('--out', 'x', '--report', file)
    assert.equal(refused.code, 3)
    assert.match(refused.stderr, /^--report (goldens\.json|notes\.md|\.): /)
    assert.equal(existsSync(path.join(project.root, 'x')), false)
  }
  assert.equal(readFileSync(path.join(project.root, 'goldens.json'), 'utf8'), source)
  assert.equal((await run('--out', 'x', '--report', 'new.md', '--dry-run')).code, 0)
  assert.equal(existsSync(path.join(project.root, 'new.md')), false)
  for (const out of ['x', 'y']) assert.equal((await run('--out', out, '--report', 'new.md')).code, 0)
  assert.match(readFileSync(path.join(project.root, 'new.md'), 'utf8'), /^# What became of goldens\.json/)
})

test('nothing is written through a link that leads out of the folder', async () => {
  using project = createProject({
    'goldens.json': '[{"input": "a", "expectedOutput": "b"}]',
    'else/keep': '',
    'in/keep': '',
  })
  symlinkSync(path.join(project.root, 'else'), path.join(project.root, 'in/prompts'))
  const { code, stderr } = await project.sluice(['import', 'deepeval', 'goldens.json', '--out', 'in'])
  assert.equal(code, 3)
  assert.match(stderr, /nothing was written: prompts is a link that leads out of/)
  assert.deepEqual(readdirSync(path.join(project.root, 'else')), ['keep'])
})
