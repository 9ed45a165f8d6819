import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { removeLeftWorkspaces, workspacePrefix } from '../../../../src/core/providers/targets/left-workspaces.ts'
import { createTarget } from '../../../../src/core/providers/targets/target.ts'
import { resolveTarget, targetWithout } from '../../../../src/core/suite/prompt/target.ts'
import { targetSchema } from '../../../../src/core/suite/prompt/target-file.ts'
import { createProject, type Project } from '../../../support/project.ts'
import { failureOf } from '../../../support/providers/model-call.ts'

/** A program whose text is a variable of the case. */
const runner = `const { code } = JSON.parse(require('node:fs').readFileSync(0, 'utf8')); eval(code)`

function opened(project: Project, workspace: object, more: object = {}, options: object = {}) {
  const written = targetSchema.parse({ command: ['node', '{project}/run.cjs'], workspace, ...more })
  const target = createTarget(resolveTarget(written, { root: project.root, folder: 'prompts' }), {
    env: process.env,
    ...options,
  })
  const ask = (code: string, signal = new AbortController().signal) =>
    target({ code: `const fs = require('node:fs'); ${code}` }, { caseId: 'c', repeat: 1, signal })
  return { ask, target }
}

function projectWith(files: Record<string, string>): Project {
  return createProject({ 'run.cjs': runner, ...files })
}

test('each call has the files for itself, in a folder that is gone afterwards', async () => {
  using project = projectWith({
    'agent/AGENTS.md': 'Be brief.',
    'agent/.claude/x': 'x',
    'agent/node_modules/a/i.js': '',
  })
  const { ask } = opened(project, { files: 'agent' })
  const code = `const seen = fs.readdirSync('.').sort().join(); fs.appendFileSync('AGENTS.md', '!'); fs.writeFileSync('mine', '')
    console.log(JSON.stringify([process.cwd(), seen, fs.readFileSync('AGENTS.md', 'utf8'), process.env.PWD]))`
  const answers = await Promise.all([ask(code), ask(code)])
  const [one, two] = answers.map(({ output }) => JSON.parse(output) as string[])
  assert.deepEqual(one?.slice(1, 3), ['.claude,AGENTS.md', 'Be brief.!'])
  assert.deepEqual(two?.slice(1, 3), one?.slice(1, 3))
  assert.equal(one?.[3], one?.[0])
  assert.notEqual(one?.[0], two?.[0])
  for (const [folder = ''] of [one ?? [], two ?? []]) assert.ok(folder !== '' && !existsSync(folder))
  assert.deepEqual(readdirSync(path.join(project.root, 'agent')).sort(), ['.claude', 'AGENTS.md', 'node_modules'])
})

test('a list keeps places, leaves out node_modules unless it is named, and cwd lies inside', async () => {
  using project = projectWith({ 'a/b/in.txt': 'x', 'a/node_modules/m/i.js': '', 'node_modules/n/i.js': '', other: '' })
  const { ask } = opened(project, { files: ['a', 'node_modules/n/**'] }, { cwd: 'a/b' })
  const { output } = await ask(
    `process.stdout.write([...fs.readdirSync('.'), ...fs.readdirSync('..'), ...fs.readdirSync('../..').sort()].join())`,
  )
  assert.equal(output, 'in.txt,b,a,node_modules')
})

test('files that match are the end state, unless the program reports one', async () => {
  using project = projectWith({ 'agent/in.md': 'in' })
  const { ask } = opened(project, { files: 'agent', state: ['*.md', 'out/**'] })
  const { trace, output } = await ask(
    `fs.mkdirSync('out'); fs.writeFileSync('out/a.txt', 'Grüße'); fs.writeFileSync('out/b.bin', Buffer.from([0, 255]))
    fs.symlinkSync('/etc/passwd', 'out/link'); fs.writeFileSync('else.txt', ''); process.stdout.write('done')`,
  )
  assert.equal(output, 'done')
  assert.deepEqual(trace, {
    endState: {
      'in.md': 'in',
      'out/a.txt': 'Grüße',
      'out/b.bin': { binary: true, bytes: 2 },
      'out/link': { link: true },
    },
  })
  const reported = await ask(`process.stdout.write('{"output": "x", "state": {"own": 1}}')`)
  assert.deepEqual(reported.trace, { endState: { own: 1 } })
  assert.deepEqual((await ask(`fs.rmSync('in.md')`)).trace, { endState: {} })
  assert.deepEqual((await ask(`fs.symlinkSync('/etc', 'out')`)).trace?.endState, { 'in.md': 'in', out: { link: true } })
})

test('of too many or too large files nothing is said to be the end state', async () => {
  using project = projectWith({ 'agent/in': '' })
  const { ask } = opened(project, { files: 'agent', state: ['**'] })
  for (const [code, says] of [
    [`for (let i = 0; i < 200; i++) fs.writeFileSync('f' + i, '')`, /201 files match, more than 200/],
    [
      `fs.writeFileSync('a', 'x'.repeat(2 ** 19)); fs.writeFileSync('b', 'x'.repeat(2 ** 19 + 1))`,
      /more than 1024 KiB/,
    ],
  ] as const) {
    const { trace } = await ask(code)
    assert.equal(trace?.endState, undefined)
    assert.match(trace?.unread ?? '', says)
  }
  const large = await ask(`fs.writeFileSync('a', Buffer.alloc(2 ** 21))`)
  assert.deepEqual(large.trace?.endState, { a: { binary: true, bytes: 2 ** 21 }, in: '' })
})

test('a link out of the folder is not copied, and told; one inside is a link there', async () => {
  using project = projectWith({
    'agent/AGENTS.md': 'A',
    'agent/skills/s.md': 'S',
    'secret/key': 'K',
    'agent/.git/config': 'token',
  })
  const link = (to: string, name: string) => symlinkSync(to, path.join(project.root, 'agent', name))
  link('../secret/key', 'key')
  link(path.join(project.root, 'secret'), 'all')
  link(path.join(project.root, 'agent/AGENTS.md'), 'CLAUDE.md')
  link('skills', 'tools')
  link('.git/config', 'git')
  const { ask } = opened(project, { files: 'agent' })
  const { output, warnings } = await ask(
    `process.stdout.write([...fs.readdirSync('.').sort(), fs.readlinkSync('CLAUDE.md'), ...fs.readdirSync('tools')].join())`,
  )
  assert.equal(output, 'AGENTS.md,CLAUDE.md,skills,tools,AGENTS.md,s.md')
  assert.deepEqual(warnings.sort(), [
    'target: workspace: not copied: all, a link that leads out of the folder',
    'target: workspace: not copied: git, a link to .git/config, which is not copied',
    'target: workspace: not copied: key, a link that leads out of the folder',
  ])
})

test('a run without files has neither them nor a link to them, and ends where a copy of them would be left', async () => {
  using project = projectWith({
    'a/AGENTS.md': 'Be brief.',
    'a/skills/refund/SKILL.md': 'S',
    'a/skills/refund/more/x': 'x',
    'a/kept': '',
    'a/empty': '',
  })
  for (const [to, name] of [
    ['AGENTS.md', 'CLAUDE.md'],
    ['skills/refund', 'tool'],
    ['skills', '.skills'],
  ] as const)
    symlinkSync(to, path.join(project.root, 'a', name))
  const openedWithout = (without: string[], files: string | string[] = 'a') => {
    const written = targetSchema.parse({ command: ['node', '{project}/run.cjs'], workspace: { files, without } })
    const resolved = targetWithout(resolveTarget(written, { root: project.root, folder: 'prompts' }))
    assert.deepEqual(resolved?.files, without)
    return createTarget(resolved.target, { env: process.env })
  }
  const seen = async (without: string[], files?: string | string[]) => {
    const code = `process.stdout.write(require('node:fs').readdirSync('.', {recursive: true}).sort().join())`
    const { signal } = new AbortController()
    return (await openedWithout(without, files)({ code }, { caseId: 'c', repeat: 1, signal })).output
  }
  assert.equal(await seen(['AGENTS.md', './skills/refund/', 'empty']), 'kept')
  assert.equal(await seen(['a/*.md'], ['a/*.md', 'a/kept']), 'a,a/kept')
  const rest = await seen(['**/SKILL.md'])
  assert.ok(rest.includes('tool/more/x') && !rest.includes('SKILL.md'), rest)
  project.write({ 'a/docs/copy.md': 'Be brief.' })
  for (const [without, says] of [
    [['AGENTS.md'], /docs\/copy\.md is the same file as AGENTS\.md, which is left out; name both/],
    [['CLAUDE.md', 'docs'], /AGENTS\.md is the same file as (?:CLAUDE\.md|docs\/copy\.md)/],
    [['AGENT.md'], /without: AGENT\.md matches no file of the workspace/],
    [['kept', 'agents.md'], /without: agents\.md matches no file/],
  ] as const) {
    const error = await failureOf(openedWithout([...without]).open())
    assert.match(error.message, says)
    assert.equal(error.fatal, true)
  }
})

test('a folder that leads out of the project, is missing, or a pattern that matches nothing ends the run', async () => {
  using project = projectWith({ 'p/AGENTS.md': 'A' })
  symlinkSync(tmpdir(), path.join(project.root, 'out'))
  for (const [files, says] of [
    ['out', /out leads out of/],
    ['none', /there is no folder none/],
    ['run.cjs', /run\.cjs is no folder; write a list: \[run\.cjs\]/],
    [['p/**', 'p/*.txt'], /p\/\*\.txt matches no file/],
    [['none.md'], /none\.md matches no file/],
  ] as const) {
    const { target } = opened(project, { files })
    const error = await failureOf(target.open())
    assert.match(error.message, says)
    assert.equal(error.fatal, true)
  }
})

test('a call that is called off leaves no folder, nor does one that fails or takes away its own rights', async () => {
  using project = projectWith({ 'agent/in': '' })
  const { ask, target } = opened(project, { files: 'agent' })
  const note = path.join(project.root, 'note')
  const noted = `fs.writeFileSync(${JSON.stringify(note)}, process.cwd());`
  const failed = await failureOf(
    ask(`${noted} fs.mkdirSync('a/b', {recursive: true}); fs.chmodSync('a', 0o500); process.exit(3)`),
  )
  assert.match(failed.message, /exited with 3/)
  assert.ok(!existsSync(readFileSync(note, 'utf8')))

  rmSync(note)
  const stop = new AbortController()
  const asked = failureOf(ask(`${noted} setInterval(() => undefined, 1000)`, stop.signal))
  const folder = await written(note)
  stop.abort()
  assert.equal((await asked).kind, 'aborted')
  await target.close()
  assert.ok(!existsSync(folder))
})

test('a run that ends while a program is under way takes its workspace along', async () => {
  using project = projectWith({ 'agent/in': '' })
  const note = path.join(project.root, 'note')
  const source = (name: string) => JSON.stringify(new URL(`../../../../src/core/${name}`, import.meta.url).href)
  const main = `import { createTarget } from ${source('providers/targets/target.ts')}
import { existsSync } from 'node:fs'
const workspace = { root: process.cwd(), folder: 'agent', files: ['**'], cwd: '.' }
const command = ['node', '-e', 'fs.writeFileSync(process.env.NOTE, process.cwd()); process.stdin.resume()']
const target = createTarget({ kind: 'command', command, cwd: process.cwd(), workspace }, { env: process.env })
target({}, { caseId: 'c', repeat: 1, signal: new AbortController().signal }).catch(() => undefined)
setInterval(() => existsSync(process.env.NOTE) && process.exit(7), 5)
`
  const options = { cwd: project.root, env: { ...process.env, NOTE: note }, encoding: 'utf8' } as const
  const args = ['--conditions=sluice-source', '--input-type=module-typescript', '-e', main]
  const { status, stderr } = spawnSync(process.execPath, args, options)
  assert.equal(status, 7, stderr)
  assert.ok(!existsSync(await written(note)))
})

test('the workspaces of killed runs go with the next run, those of others stay', () => {
  const own = workspacePrefix()
  const [left, mine, foreign] = [
    own.replace(/-\w+-$/, '-00000000-'),
    own,
    own.replace(/workspace-\w+/, 'workspace-00000000'),
  ]
  const folders = [left, mine, foreign].map((prefix) => mkdtempSync(path.join(tmpdir(), prefix)))
  writeFileSync(path.join(folders[0] ?? '', 'file'), '')
  removeLeftWorkspaces()
  assert.deepEqual(
    folders.map((folder) => existsSync(folder)),
    [false, true, true],
  )
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

test('what runs in a workspace is noted until it has ended, so that it can be ended after a killed run', async () => {
  using project = projectWith({ 'agent/in': '' })
  const processFolder = path.join(project.root, 'processes')
  const { ask } = opened(project, { files: 'agent' }, {}, { processFolder })
  const { output } = await ask(`process.stdout.write(fs.readFileSync(${JSON.stringify(processFolder)} + '/' +
    fs.readdirSync(${JSON.stringify(processFolder)})[0], 'utf8').includes(String(process.pid)) + process.env.SLUICE_STARTED_BY)`)
  assert.match(output, /^true[0-9a-f-]{36}$/)
  assert.deepEqual(readdirSync(processFolder), [])
})

/** What a file says, as soon as it says something. */
async function written(file: string): Promise<string> {
  for (;;) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    if (text !== '') return text
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
