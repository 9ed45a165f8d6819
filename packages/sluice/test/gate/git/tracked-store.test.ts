import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { refuseTrackedStore } from '../../../src/gate/git/tracked-store.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

const refusal = (project: Project, folder = '') =>
  refuseTrackedStore(path.join(project.root, folder), process.env).then(
    () => undefined,
    (error: Error & { exitCode: number }) => `${error.exitCode}: ${error.message}`,
  )

test('a store that git does not know is fine, in a repository or without one', async () => {
  using project = createProject({ '.gitignore': '.sluice/\n', '.sluice/sluice.db': 'x', 'a.txt': 'a' })
  assert.equal(await refusal(project), undefined)
  commitAll(project, 'base')
  assert.equal(await refusal(project), undefined)
})

test('a committed store is refused with the command that takes it out, which does', async () => {
  using project = createProject({ '.sluice/sluice.db': 'x', 'a.txt': 'a' })
  commitAll(project, 'base')
  assert.match((await refusal(project)) ?? '', /^3: .*\.sluice\/sluice\.db.*git rm -r --cached \.sluice/s)
  project.git('rm', '-r', '--cached', '-q', '.sluice')
  assert.equal(await refusal(project), undefined)
})

test('a store that is only staged, or lies in a subfolder with the project, is refused too', async () => {
  using project = createProject({ 'app/a.txt': 'a', 'b.txt': 'b' })
  commitAll(project, 'base')
  project.write({ 'app/.sluice/sluice.db': 'x' })
  assert.equal(await refusal(project, 'app'), undefined)
  project.git('add', '-f', 'app/.sluice/sluice.db')
  assert.match((await refusal(project, 'app')) ?? '', /^3: /)
  assert.equal(await refusal(project), undefined)
})

test('a link to a committed store is refused, whether the link itself is committed or not', async () => {
  for (const commitLink of [false, true]) {
    using project = createProject({ 'answers/sluice.db': 'x' })
    if (!commitLink) project.write({ '.gitignore': '.sluice\n' })
    symlinkSync('answers', path.join(project.root, '.sluice'))
    commitAll(project, 'base')
    assert.match((await refusal(project)) ?? '', commitLink ? /^3: / : /^3: .*a link to answers/)
  }
})

test('a link inside the store to a committed file is refused', async () => {
  using project = createProject({ '.gitignore': '.sluice/\n', 'fixtures/answers.bin': 'x' })
  mkdirSync(path.join(project.root, '.sluice'))
  symlinkSync('../fixtures/answers.bin', path.join(project.root, '.sluice/sluice.db'))
  commitAll(project, 'base')
  assert.match((await refusal(project)) ?? '', /^3: .*git rm -r --cached fixtures\/answers\.bin/)
})

test('a link into a submodule that brings the store is refused', async () => {
  using project = createProject({ '.gitignore': '.sluice\n', 'a.txt': 'a' })
  using other = createProject({ 'kept/sluice.db': 'x' })
  commitAll(other, 'base')
  commitAll(project, 'base')
  project.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', other.root, 'sub')
  symlinkSync('sub/kept', path.join(project.root, '.sluice'))
  assert.match((await refusal(project)) ?? '', /^3: .*sub\/kept/)
})

test('a link to a place outside every repository is as good as a folder', async () => {
  using project = createProject({ '.gitignore': '.sluice\n', 'a.txt': 'a' })
  using elsewhere = createProject({ 'sluice.db': 'x' })
  symlinkSync(elsewhere.root, path.join(project.root, '.sluice'))
  commitAll(project, 'base')
  assert.equal(await refusal(project), undefined)
})

test('where git cannot say, the store is not trusted', async () => {
  using project = createProject({ '.sluice/sluice.db': 'x' })
  commitAll(project, 'base')
  rmSync(path.join(project.root, '.git/HEAD'))
  renameSync(path.join(project.root, '.git/objects'), path.join(project.root, '.git/gone'))
  assert.match((await refusal(project)) ?? '', /^3: .*git cannot be asked here. It says:\nfatal/)
})
