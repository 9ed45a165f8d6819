import assert from 'node:assert/strict'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { codeReferences } from '../../../src/gate/affected/code-references.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'
import { committed, prompt, reasons } from './committed-project.ts'

test('recordings of the judge and of embeddings count, deleted ones too', async () => {
  using project = committed({
    'prompts/a.prompt.yml': prompt('checks: [{similarity: {to: x, metric: embedding, min: 0.5}}]\n'),
  })
  const { root } = project
  assert.match(
    (await reasons(project, '', () => project.write({ 'v.jsonl': '\n' }))) ?? '',
    /v\.jsonl \(recordings of vectors\)/,
  )
  assert.match(
    (await reasons(project, '', () => rmSync(path.join(root, 'judge/a.jsonl')))) ?? '',
    /recordings of judge/,
  )
  assert.match((await reasons(project, '', () => project.write({ 'judge/b.jsonl': '\n' }))) ?? '', /judge\/b\.jsonl/)
  assert.equal(await reasons(project, '', () => project.write({ 'judge.jsonl': '\n', 'other/c.jsonl': '\n' })), null)
})

test('modules that answer for tools count, with what they import', async () => {
  using project = committed({
    'prompts/a.prompt.yml': prompt(
      'checks: [{contains: "yes"}]\ntools: [{name: find}]\nmocks: [{tool: find, module: ../shop/find.ts#find}]\n',
    ),
    'shop/find.ts': 'import "./orders.ts"\n',
    'shop/orders.ts': '\n',
    'shop/other.ts': '\n',
  })
  const because = await reasons(project, '', () => project.write({ 'shop/orders.ts': 'changed\n' }))
  assert.match(because ?? '', /shop\/orders\.ts/)
  assert.equal(await reasons(project, '', () => project.write({ 'shop/other.ts': 'changed\n' })), null)
})

test('files of a workspace count, and one that git ignores is not taken to be unchanged', async () => {
  using project = committed({
    'prompts/a.prompt.yml': prompt(
      'checks: [{contains: "yes"}]\ntarget: {command: [claude, -p], workspace: {files: [agent, "skills/**"]}}\n',
    ),
    'agent/AGENTS.md': 'A',
    'skills/.draft/SKILL.md': 'S',
    '.gitignore': 'agent/local.md\n',
  })
  const change = (file: string) => reasons(project, '', () => project.write({ [file]: 'changed' }))
  assert.match((await change('agent/AGENTS.md')) ?? '', /agent\/AGENTS\.md \(workspace\)/)
  assert.match((await change('skills/.draft/SKILL.md')) ?? '', /SKILL\.md \(workspace\)/)
  assert.match((await change('agent/local.md')) ?? '', /git does not know agent\/local\.md/)
})

test('the package around the folder of an application counts, though its command names no file', async () => {
  const files = {
    'apps/mail/prompts/a.prompt.yml': prompt(
      'checks: [{contains: "yes"}]\ntarget: {command: [npm, start], cwd: ../web}\n',
    ),
    'apps/mail/package.json': '{"name": "mail"}',
    'apps/web/package.json': '{"name": "web", "dependencies": {"@acme/words": "*"}}',
    'apps/web/main.ts': '\n',
    'packages/words/package.json': '{"name": "@acme/words"}',
    'packages/words/index.ts': '\n',
  }
  using project = committed(files, 'apps/mail')
  for (const file of ['apps/web/main.ts', 'packages/words/index.ts']) {
    const because = await reasons(project, 'apps/mail', () => project.write({ [file]: 'changed\n' }))
    assert.ok(because?.includes(file.split('/').slice(0, 2).join('/')), `${file}: ${because}`)
  }
})

test('an application is its package, the packages beside it that it uses, and the lockfiles above', async () => {
  using project = committed(
    {
      'apps/mail/prompts/a.prompt.yml': prompt('checks: [{contains: "yes"}]\ntarget: {command: [npm, start]}\n'),
      'apps/mail/package.json': '{"name": "mail", "dependencies": {"@acme/words": "*"}}',
      'apps/mail/src/main.ts': 'import "../../../shared/tone.js"\n',
      'packages/words/package.json': '{"name": "@acme/words"}',
      'packages/words/index.ts': 'export * from "../../deep/inside"\n',
      'deep/inside.ts': '\n',
      'shared/tone.ts': '\n',
      'apps/web/main.ts': '\n',
      'package-lock.json': '{}',
    },
    'apps/mail',
  )
  const touched = [
    'apps/mail/src/new.ts',
    'packages/words/x.ts',
    'deep/inside.ts',
    'shared/tone.ts',
    'package-lock.json',
  ]
  for (const file of touched) {
    const because = await reasons(project, 'apps/mail', () => project.write({ [file]: 'changed\n' }))
    assert.ok(because?.includes(file), `${file}: ${because}`)
  }
  assert.equal(await reasons(project, 'apps/mail', () => project.write({ 'apps/web/main.ts': 'changed\n' })), null)
})

test('packages in other languages name what lies beside them', async () => {
  const manifests = {
    'go.mod': 'module x\nreplace lib => ../lib\n',
    'Cargo.toml': '[dependencies]\nlib = { path = "../lib" }\n',
    'pyproject.toml': '[tool.uv.sources]\nlib = { path = "../lib", editable = true }\n',
    'requirements.txt': '-e ../lib\n',
    'package.json': '{"dependencies": {"lib": "file:../lib"}}',
  }
  for (const [name, text] of Object.entries(manifests)) {
    using project = committed(
      {
        'svc/prompts/a.prompt.yml': prompt('checks: [{contains: "yes"}]\ntarget: {command: [make, run]}\n'),
        [`svc/${name}`]: text,
        [`lib/${name}`]: '',
        'lib/code': 'x\n',
        'elsewhere/code': 'x\n',
      },
      'svc',
    )
    assert.match((await reasons(project, 'svc', () => project.write({ 'lib/code': 'y\n' }))) ?? '', /lib\/code/, name)
    assert.equal(await reasons(project, 'svc', () => project.write({ 'elsewhere/code': 'y\n' })), null, name)
  }
})

test('without any manifest the application is the whole repository', async () => {
  using project = committed({
    'prompts/a.prompt.yml': prompt('checks: [{contains: "yes"}]\ntarget: {http: {url: "http://127.0.0.1:1"}}\n'),
    'anything.txt': 'x\n',
  })
  assert.match(
    (await reasons(project, '', () => project.write({ 'anything.txt': 'y\n' }))) ?? '',
    /application.*anything\.txt/,
  )
})

test('a file that git ignores, or that lies outside, cannot be told, which is said', async () => {
  using outside = createProject({ 'fine.mjs': 'export default () => true\n' })
  const far = path.relative(path.join(outside.root, '../x/prompts'), path.join(outside.root, 'fine.mjs'))
  using project = committed({
    'prompts/a.prompt.yml': prompt(`checks: [{module: ../dist/fine.mjs}, {module: ${far}}]\n`),
    '.gitignore': 'dist\n',
    'dist/fine.mjs': 'export default () => true\n',
  })
  const because = (await reasons(project, '', () => {})) ?? ''
  assert.match(because, /dist\/fine\.mjs \(check\): git does not know dist\/fine\.mjs/)
  assert.match(because, /fine\.mjs \(check\): lies outside of the repository/)
})

test('code in a submodule of a submodule counts, committed or not', async () => {
  using innermost = createProject({ 'fine.mjs': 'export default () => true\n' })
  using middle = createProject({ 'x.txt': 'x\n' })
  const add = (to: Project, from: Project, place: string) =>
    to.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', from.root, place)
  for (const each of [innermost, middle]) {
    commitAll(each, 'one')
  }
  add(middle, innermost, 'inner')
  middle.git('commit', '-qm', 'two')
  using project = committed({ 'prompts/a.prompt.yml': prompt('checks: [{module: ../lib/inner/fine.mjs}]\n') })
  add(project, middle, 'lib')
  project.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init', '--recursive')
  project.git('commit', '-qm', 'with a library')
  assert.equal(await reasons(project, '', () => {}), null)
  const change = () => project.write({ 'lib/inner/fine.mjs': 'export default () => false\n' })
  assert.match((await reasons(project, '', change)) ?? '', /lib\/inner\/fine\.mjs \(check\)/)
  change()
  project.git('-C', 'lib/inner', 'commit', '-qam', 'three')
  assert.match((await reasons(project, '', () => {})) ?? '', /lib\/inner\/fine\.mjs \(check\): lib\/inner/)
})

test('a link that leads elsewhere is a change, as is one in a folder on the way', async () => {
  using project = committed({
    'prompts/a.prompt.yml': prompt('checks: [{module: ../checks/fine.mjs}]\n'),
    'one/fine.mjs': 'export default () => true\n',
    'two/fine.mjs': 'export default () => true\n',
  })
  symlinkSync('one', path.join(project.root, 'checks'))
  commitAll(project, 'link')
  const because = await reasons(project, '', () => {
    rmSync(path.join(project.root, 'checks'))
    symlinkSync('two', path.join(project.root, 'checks'))
  })
  assert.match(because ?? '', /the symbolic link checks changed/)
  mkdirSync(path.join(project.root, 'empty'))
  assert.equal(await reasons(project, '', () => project.write({ 'two/fine.mjs': 'changed\n' })), null)
})

test('references are read from every way to write them, and what is computed is known to be', () => {
  const specifiersIn = (source: string) => codeReferences(source).specifiers.sort()
  assert.deepEqual(
    specifiersIn(`import a from './a.js'\nimport "./b.js"\nexport * from "./c.js"\nimport(\`./d.js\`)\nrequire('./e')`),
    ['./a.js', './b.js', './c.js', './d.js', './e'],
  )
  assert.deepEqual(specifiersIn(`new URL('./words.txt', import.meta.url)\nimport x from 'lodash/get'`), [
    './words.txt',
    'lodash/get',
  ])
  assert.deepEqual(specifiersIn(`import { test } from 'node:test'\nimport path from 'path'`), [])
  const open = [
    `import('..' + name)`,
    'import(`./' + '$' + '{name}.js`)',
    'require(name)',
    `import fs from 'node:fs'`,
    `import { readFile } from 'fs/promises'`,
    `const { spawn } = require('child_process')`,
    `import { createRequire } from 'node:module'`,
    `eval(text)`,
    `import a from './\\x61.js'`,
  ]
  for (const source of open) assert.equal(codeReferences(source).isOpen, true, source)
  for (const source of [
    `import('./a.js')`,
    `require("b")`,
    `import a, { b } from './a.js' with { type: 'json' }`,
    'important(x)',
  ]) {
    assert.equal(codeReferences(source).isOpen, false, source)
  }
})

test('code that builds names is followed out of its package: upwards, and from where it runs', async () => {
  using project = committed({
    'prompts/a.prompt.yml': prompt('checks: [{contains: "yes"}, {module: ../checks/fine.mjs}]\n'),
    'checks/package.json': '{"type": "module"}',
    'checks/fine.mjs': '\n',
    'lib/deep/word.mjs': '\n',
    'data/words.txt': 'yes',
    'other/notes.txt': '\n',
  })
  const ways = {
    'lib/deep/word.mjs': [
      `const n = "word"\nexport default async () => (await import(\`../lib/deep/\${n}.mjs\`)).w`,
      "const p = '../lib/deep/' + name\nexport default async () => (await import(p)).w",
      "import fs from 'node:fs'\nconst p = path.join(import.meta.dirname, '..', 'lib')\nexport default () => fs.readdirSync(p)",
      "import fs from 'node:fs'\nconst p = path.dirname(import.meta.dirname)\nexport default () => fs.readdirSync(p)",
    ],
    'data/words.txt': [
      "import fs from 'node:fs'\nexport default () => fs.readFileSync('data/words.txt')",
      "import fs from 'node:fs'\nexport default () => fs.readFileSync(join(process.cwd(), 'data', name))",
    ],
  }
  for (const [file, texts] of Object.entries(ways)) {
    for (const text of texts) {
      project.write({ 'checks/fine.mjs': text })
      project.git('commit', '-qam', 'way')
      assert.match((await reasons(project, '', () => project.write({ [file]: 'no' }))) ?? text, /where checks/)
    }
  }
  assert.equal(await reasons(project, '', () => project.write({ 'other/notes.txt': 'no' })), null)
})

test('a command is followed into lines for a shell, into folders, and by what its scripts name', async () => {
  const commands = {
    '[bash, -c, "cd x; python3 ../../tools/run.py"]': ['tools/run.py', 'data/words.txt'],
    '[npm, --prefix, ../../tools, start]': ['tools/lib.py'],
    '[make, --directory=../../tools]': ['tools/lib.py'],
  }
  for (const [command, files] of Object.entries(commands)) {
    using project = committed(
      {
        'apps/mail/prompts/a.prompt.yml': prompt(`checks: [{contains: "yes"}]\ntarget: {command: ${command}}\n`),
        'apps/mail/package.json': '{}',
        'tools/package.json': '{}',
        'tools/run.py': 'print(open("../data/words.txt"))\n',
        'tools/lib.py': '\n',
        'data/words.txt': '\n',
        'data/more.txt': '\n',
      },
      'apps/mail',
    )
    for (const file of files) {
      const why = await reasons(project, 'apps/mail', () => project.write({ [file]: 'no' }))
      assert.ok(why, `${command}: ${file}`)
    }
    if (files.length === 1) continue
    assert.equal(await reasons(project, 'apps/mail', () => project.write({ 'data/more.txt': 'no' })), null)
  }
})
