import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { readBaseProject } from '../../../src/gate/base/base-project.ts'
import { openGit } from '../../../src/gate/git/git.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

const env = { PATH: process.env.PATH, HOME: process.env.HOME }

const prompt = `sluice: 1
model: local:m
messages: [{role: user, content: "{{q}}"}]
checks: [{contains: yes}]
suites: {fast: ../../../shared/evals/a.yaml}
`

/** A project in apps/mail, whose cases lie beside it and whose further prompts are a repository of their own. */
function monorepo(): Project & { library: Project } {
  const library = createProject({ 'b.prompt.yml': prompt })
  commitAll(library, 'one')
  const project = createProject({
    'apps/mail/sluice.yaml': 'gate: {threshold: 0.5}\nproviders: {local: {kind: replay, files: r.jsonl}}\n',
    'apps/mail/prompts/a.prompt.yml': prompt,
    'apps/mail/r.jsonl': '',
    'shared/evals/a.yaml': '- {id: one}\n',
  })
  project.git('init', '-q')
  symlinkSync('../../shared/evals', path.join(project.root, 'apps/mail/evals'))
  symlinkSync('a.prompt.yml', path.join(project.root, 'apps/mail/prompts/link.prompt.yml'))
  execFileSync(
    'git',
    ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'apps/mail/prompts/library'],
    { cwd: project.root },
  )
  commitAll(project, 'base')
  return { ...project, library }
}

async function baseOf(project: Project) {
  const root = path.join(project.root, 'apps/mail')
  const git = await openGit(root, env)
  assert.ok(git)
  return readBaseProject(git, await git.resolve('HEAD'), { root, cwd: root, env })
}

test('the base says its configuration and prompts, those of a submodule and behind a link included', async () => {
  using project = monorepo()
  using _ = project.library
  project.write({ 'apps/mail/sluice.yaml': 'gate: {threshold: 0.1}\n', 'apps/mail/prompts/a.prompt.yml': 'broken' })
  const base = await baseOf(project)
  assert.equal(base.config.gate.threshold, 0.5)
  assert.deepEqual(
    base.prompts.map(({ feature, file }) => [feature, file]),
    [
      ['a', 'prompts/a.prompt.yml'],
      ['b', 'prompts/library/b.prompt.yml'],
      ['link', 'prompts/link.prompt.yml'],
    ],
  )
})

test('files of the base outside of the project are read, also through a link and by an absolute path', async () => {
  using project = monorepo()
  using _ = project.library
  rmSync(path.join(project.root, 'shared'), { recursive: true })
  const { files } = await baseOf(project)
  const outside = '../../shared/evals/a.yaml'
  for (const place of [outside, 'evals/a.yaml', path.join(project.root, 'shared/evals/a.yaml')]) {
    assert.equal(Buffer.from(await files.read(place)).toString(), '- {id: one}\n', place)
  }
  assert.deepEqual(await files.list('../../shared/evals/*.yaml'), [outside])
  assert.deepEqual(await files.list('evals/*.yaml'), ['evals/a.yaml'])
  assert.deepEqual(await files.list('../../../elsewhere.yaml'), [])
  await assert.rejects(files.read('../../../elsewhere.yaml'), { code: 'ENOENT' })
})

test('a submodule whose commit is not here is named, with the command that fetches it', async () => {
  using project = monorepo()
  using _ = project.library
  rmSync(path.join(project.root, '.git/modules'), { recursive: true })
  rmSync(path.join(project.root, 'apps/mail/prompts/library'), { recursive: true })
  await assert.rejects(baseOf(project), {
    code: 'invalid-input',
    message:
      /submodule apps\/mail\/prompts\/library at [0-9a-f]{12}.*git submodule update --init apps\/mail\/prompts\/library/s,
  })
})

test('a project that moves and leaves its sluice.yaml behind is still judged by what that said', async () => {
  using project = createProject({
    'apps/mail/sluice.yaml': 'gate: {guard: strict}\n',
    'apps/mail/prompts/a.prompt.yml': prompt.replace('local:', 'openai:'),
    'apps/other/notes.txt': 'a',
  })
  commitAll(project, 'base')
  project.git('mv', 'apps/mail', 'letters')
  project.git('rm', '-qf', 'letters/sluice.yaml')
  const at = async (folder: string) => {
    const root = path.join(project.root, folder)
    const git = await openGit(root, env)
    assert.ok(git)
    return readBaseProject(git, await git.resolve('HEAD'), { root, cwd: root, env })
  }
  const { config, folder, prompts } = await at('letters')
  assert.deepEqual([config.gate.guard, folder, prompts.length], ['strict', 'apps/mail/', 1])
  // One that was there all the while is its own.
  assert.deepEqual((await at('apps/other')).folder, 'apps/other/')
})

test('a submodule in a submodule is read where git keeps it, also when both are gone from the working tree', async () => {
  using inner = createProject({ 'cases.yaml': '- {id: one}\n' })
  using outer = createProject({ 'a.txt': 'a' })
  using project = createProject({ 'a.txt': 'a' })
  const add = (into: Project, from: Project, place: string) => {
    into.git('init', '-q')
    if (place !== '') into.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', from.root, place)
    commitAll(into, 'base')
  }
  add(inner, inner, '')
  add(outer, inner, 'deep')
  add(project, outer, 'lib')
  project.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init', '--recursive')
  project.git('rm', '-rqf', 'lib')
  rmSync(path.join(project.root, 'lib'), { recursive: true, force: true })
  const git = await openGit(project.root, env)
  assert.ok(git)
  const { files } = await readBaseProject(git, await git.resolve('HEAD'), {
    root: project.root,
    cwd: project.root,
    env,
  })
  assert.equal(String(Buffer.from(await files.read('lib/deep/cases.yaml'))), '- {id: one}\n')
  rmSync(path.join(project.root, '.git/modules/lib/modules'), { recursive: true })
  const again = await openGit(project.root, env)
  assert.ok(again)
  const base = await readBaseProject(again, await again.resolve('HEAD'), { root: project.root, cwd: project.root, env })
  await assert.rejects(base.files.read('lib/deep/cases.yaml'), {
    message: /the submodule lib\/deep at .*git -C lib\/deep/s,
  })
})
