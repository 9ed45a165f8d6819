import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { documentationOf } from '../../../src/gate/affected/documentation.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject } from '../../support/project.ts'
import { committed, prompt, reasons } from './committed-project.ts'

const checked = (target: string) => prompt(`checks: [{contains: "yes"}]\ntarget: ${target}\n`)

test('paths of a target stand for its package, and say which of them a file matches', async () => {
  using project = committed({
    'prompts/a.prompt.yml': checked('{command: [node, main.mjs], paths: ["app/**", lib, tone.json]}'),
    'main.mjs': 'import "./other.mjs"\n',
    'other.mjs': '\n',
    'app/deep/a.mjs': '\n',
    'lib/b.mjs': '\n',
    'tone.json': '{}',
    'package.json': '{}',
    'package-lock.json': '{}',
    '.gitignore': 'app/made.mjs\n',
  })
  const because = (file: string) => reasons(project, '', () => project.write({ [file]: 'changed\n' }))
  assert.equal(await because('other.mjs'), null)
  assert.match(
    (await because('app/deep/a.mjs')) ?? '',
    /^app\/\*\* \(application: app\/\*\* of target\.paths\): app\/deep\/a\.mjs$/,
  )
  assert.match((await because('lib/new.mjs')) ?? '', /^lib\/ \(application: lib of target\.paths\): lib\/new\.mjs$/)
  for (const file of ['tone.json', 'main.mjs', 'package-lock.json']) assert.ok(await because(file), file)
  assert.match(
    (await because('app/made.mjs')) ?? '',
    /app\/made\.mjs .*is not in git, so nothing tells whether it changed/,
  )
})

test('a path of a target that matches nothing is a fault', async () => {
  using project = createProject({
    'prompts/a.prompt.yml': checked('{command: [node, main.mjs], paths: ["ap/**"]}'),
    'main.mjs': '\n',
    'sluice.yaml': 'sluice: 1\n',
  })
  const { code, stdout, stderr } = await project.sluice(['check'])
  assert.equal(code, 3)
  assert.match(stdout + stderr, /target\.paths\.0.*no file matches "ap\/\*\*"|no file matches "ap\/\*\*"/s)
})

test('documentation decides nothing, what agents read does', async () => {
  const pages = ['README.md', 'LICENSE', 'app/notes.md', 'docs/usage/a.html']
  const texts = ['AGENTS.md', 'skills/refund/SKILL.md', 'app/prompts/tone.md', 'knowledge/README.md']
  using project = committed({
    'prompts/a.prompt.yml': checked('{command: [node, app/main.mjs]}'),
    'app/main.mjs': 'console.log(1)\n',
    'package.json': '{"readme": "README.md"}',
    ...Object.fromEntries([...pages, ...texts].map((file) => [file, 'before\n'])),
  })
  const because = (files: string[]) =>
    reasons(project, '', () => project.write(Object.fromEntries(files.map((file) => [file, 'after\n']))))
  assert.equal(await because(pages), null)
  for (const file of texts) assert.ok(await because([file, ...pages]), file)
})

test('a page that a file of the application may read is part of it', () => {
  using project = createProject({ 'main.mjs': '' })
  const { root } = project
  const file = path.join(root, 'main.mjs')
  const isDocumentation = (page: string, code: string) => {
    project.write({ 'main.mjs': code })
    return documentationOf([{ kind: 'file', path: file, as: '' }], { root, filesBelow: () => [file] })(page)
  }
  const reading = {
    'app/notes.md': "readFileSync('app/notes.md')",
    'docs/usage/a.html': "const folder = 'docs'",
    'README.md': "readFileSync(name + '.md')",
    'app/other.md': 'readdirSync(folder)',
  }
  for (const [page, code] of Object.entries(reading))
    assert.deepEqual([isDocumentation(page, code), isDocumentation(page, 'answer()')], [false, true], page)
})

test('what a link in an application leads to is read for it', async () => {
  using project = committed(
    {
      'apps/mail/prompts/a.prompt.yml': checked('{command: [node, main.mjs]}'),
      'apps/mail/package.json': '{}',
      'apps/mail/main.mjs': '\n',
      'shared/words/a.txt': 'a',
      'shared/tone.txt': 'b',
    },
    'apps/mail',
  )
  const { root } = project
  symlinkSync('../../shared/words', path.join(root, 'apps/mail/words'))
  symlinkSync('../../shared/tone.txt', path.join(root, 'apps/mail/tone.txt'))
  commitAll(project, 'links')
  for (const file of ['shared/words/a.txt', 'shared/tone.txt'])
    assert.ok(await reasons(project, 'apps/mail', () => project.write({ [file]: 'changed\n' })), file)
})
