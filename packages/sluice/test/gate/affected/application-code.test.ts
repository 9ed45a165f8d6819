import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Target, Workspace } from '../../../src/core/suite/prompt/target.ts'
import { applicationCode } from '../../../src/gate/affected/application-code.ts'
import { openGit } from '../../../src/gate/git/git.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

const env = { PATH: process.env.PATH, HOME: process.env.HOME, GIT_CONFIG_NOSYSTEM: '1' }

function application(more: Record<string, string> = {}): Project {
  const project = createProject({
    'package.json': '{"name": "app"}',
    'app/main.mjs': 'export default async () => process.env.TONE\n',
    'tests/main.test.mjs': '\n',
    '.gitignore': 'built\n.env\n',
    ...more,
  })
  commitAll(project, 'base')
  return project
}

/** What an application is made of; it is asked by its module, where nothing else is said. */
function codeOf({ root }: Project, more: Partial<Target> = {}, plainEnv: Record<string, string> = {}) {
  const target = {
    kind: 'module',
    file: path.join(root, 'app/main.mjs'),
    export: 'default',
    cwd: root,
    ...more,
  } as Target
  return applicationCode(target, { project: root, openGit: (folder) => openGit(folder, env), plainEnv })
}

test('the hash of an application follows its files, and the key all else that its answers depend on', async () => {
  using project = application()
  const base = await codeOf(project)
  assert.match(`${base.code} ${base.key}`, /^[0-9a-f]{12} [0-9a-f]{64}$/)
  assert.deepEqual(await codeOf(project, { timeoutMs: 5, concurrency: 2 }), base)
  const named = await codeOf(project, {}, { TONE: 'loud', OTHER: 'x' })
  const same = await codeOf(project, {}, { TONE: 'loud', OTHER: 'y', PATH: '/bin' })
  assert.deepEqual([named.code, named.key === base.key, same.key === named.key], [base.code, false, true])
  project.write({ built: 'a', '.env': 'A=1' })
  const built = await codeOf(project)
  project.write({ built: 'b' })
  const rebuilt = await codeOf(project)
  assert.equal(new Set([base.key, built.key, rebuilt.key]).size, 3)
  assert.equal(rebuilt.code, base.code)
  project.write({ 'tests/main.test.mjs': '// More.\n' })
  assert.notEqual((await codeOf(project)).code, base.code)
})

test('with paths only what they name is part of an application', async () => {
  using project = application()
  const narrow = { paths: ['app/**'] }
  const base = await codeOf(project, narrow)
  project.write({ 'tests/main.test.mjs': '// More.\n', built: 'a' })
  assert.deepEqual(await codeOf(project, narrow), base)
  project.write({ 'app/tools.mjs': '\n' })
  assert.notEqual((await codeOf(project, narrow)).code, base.code)
})

test('the files of a workspace are part of an application, wherever the project lies, also those that git ignores', async () => {
  const files = { 'run.mjs': '\n', 'agent/README.md': 'A', 'agent/built': 'A' }
  using project = application(files)
  using other = application(files)
  const agentIn = ({ root }: Project, folder = 'agent', more: Partial<Workspace> = {}) => {
    const workspace = { root, folder, files: ['**'], cwd: '.', ...more }
    const command = ['node', '{project}/run.mjs']
    const target: Target = { kind: 'command', command, cwd: root, paths: ['run.mjs'], workspace }
    return applicationCode(target, { project: root, openGit: (folder) => openGit(folder, env), plainEnv: {} })
  }
  const keys = [await agentIn(project), await agentIn(other)]
  assert.ok(keys[0]?.key !== undefined && keys[0].key === keys[1]?.key)
  for (const name of ['agent/README.md', 'agent/built']) {
    project.write({ [name]: 'B' })
    keys.push(await agentIn(project))
  }
  assert.equal(new Set(keys.map(({ key }) => key)).size, 3)
  // What a run without files answers is never taken for an answer with them; naming them changes no answer with them.
  project.write({ 'agent/README.md': 'C' })
  const withThem = (await agentIn(project)).key
  assert.equal((await agentIn(project, 'agent', { without: ['README.md'] })).key, withThem)
  const lacking = (await agentIn(project, 'agent', { leftOut: ['README.md'] })).key
  assert.ok(lacking !== undefined && lacking !== withThem)
  // Nor does it depend on what they hold.
  project.write({ 'agent/README.md': 'D' })
  assert.equal((await agentIn(project, 'agent', { leftOut: ['README.md'] })).key, lacking)
  assert.notEqual((await agentIn(project)).key, withThem)
  project.write({ 'agent/built': 'C' })
  assert.notEqual((await agentIn(project, 'agent', { leftOut: ['README.md'] })).key, lacking)
  assert.match((await agentIn(project, 'none')).unseen ?? '', /there is no folder none/)
  project.write({ 'agent/.env': 'KEY=1' })
  assert.match((await agentIn(project)).unseen ?? '', /agent\/\.env .*may hold secrets/)
})

test('answers of an application that cannot be seen to the end are never kept', async () => {
  using project = application()
  const unseen = async (target: Partial<Target>) => {
    const { key, unseen: reason } = await codeOf(project, target)
    assert.equal(key, undefined, reason)
    return reason ?? ''
  }
  const cwd = project.root
  assert.match(await unseen({ kind: 'http', url: 'http://127.0.0.1:1/' }), /is not started here/)
  assert.match(await unseen({ kind: 'command', command: ['my-agent', '--once'], cwd }), /none of the project/)
  project.write({ built: 'a' })
  assert.match(await unseen({ paths: ['app/**', 'built'] }), /built .*is not in git/)
  symlinkSync(process.execPath, path.join(cwd, 'app/link'))
  assert.match(await unseen({}), /lies outside of the repository/)
})

test('outside of a repository nothing is kept', async () => {
  using project = createProject({ 'app/main.mjs': '\n' })
  assert.deepEqual(await codeOf(project), { code: null, unseen: 'the project is in no git repository' })
})

test('what a link to a folder leads to is part of an application, also what git ignores there, and with paths', async () => {
  using project = application({
    'app/package.json': '{}',
    'shared/words/a.txt': 'a',
    'shared/more/b.txt': 'b',
    'kept/built': 'c',
    '.gitignore': 'built\n',
  })
  const link = (to: string, from: string) => symlinkSync(to, path.join(project.root, from))
  link('../shared/words', 'app/words')
  link('../more', 'shared/words/more')
  link('../kept', 'app/kept')
  commitAll(project, 'links')
  for (const more of [{}, { paths: ['app/**'] }]) {
    const keys = [(await codeOf(project, more)).key]
    for (const file of ['shared/words/a.txt', 'shared/more/b.txt', 'kept/built']) {
      project.write({ [file]: `changed ${keys.length} ${'paths' in more}` })
      keys.push((await codeOf(project, more)).key)
    }
    assert.ok(keys[0] !== undefined)
    assert.equal(new Set(keys).size, 4, JSON.stringify(more))
  }
})

test('variables of any spelling that a file names count, and files that it names by an absolute path', async () => {
  using elsewhere = createProject({ 'model.json': 'one' })
  const file = path.join(elsewhere.root, 'model.json')
  using project = application({
    'app/main.mjs': `export default () => [process.env.modelName, read(${JSON.stringify(file)})]\n`,
  })
  const base = await codeOf(project)
  assert.notEqual((await codeOf(project, {}, { modelName: 'large' })).key, base.key)
  assert.equal((await codeOf(project, {}, { Name: 'large', 'odd(name': 'x' })).key, base.key)
  elsewhere.write({ 'model.json': 'another' })
  const after = await codeOf(project)
  assert.ok(after.key !== undefined && after.key !== base.key && after.code === base.code)
})

test('a repository within an application that is no submodule leaves its answers unkept', async () => {
  using project = application()
  project.git('init', '-q', path.join(project.root, 'app/inner'))
  project.write({ 'app/inner/tone.txt': 'a' })
  assert.match((await codeOf(project)).unseen ?? '', /app\/inner\/? is a repository of its own/)
})
