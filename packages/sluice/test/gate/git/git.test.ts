import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { baseCommit } from '../../../src/gate/base/base-commit.ts'
import { commitFiles } from '../../../src/gate/base/commit-files.ts'
import { openTree } from '../../../src/gate/git/commit-tree.ts'
import { type Git, openGit } from '../../../src/gate/git/git.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

const env = { PATH: process.env.PATH, HOME: process.env.HOME }

/** A repository with one commit on main and one on a branch. */
function branched(): Project {
  const project = createProject({ 'prompts/a.prompt.yml': 'old a', 'prompts/b.prompt.yml': 'old b', 'ä ö.txt': 'x' })
  commitAll(project, 'base', 'feature')
  project.write({ 'prompts/a.prompt.yml': 'new a' })
  project.git('commit', '-qam', 'change a')
  return project
}

async function open(folder: string, more: NodeJS.ProcessEnv = {}) {
  const git = await openGit(folder, { ...env, ...more })
  assert.ok(git)
  return git
}

const baseOf = (git: Git, more: NodeJS.ProcessEnv = {}) => baseCommit(git, undefined, { ...env, ...more })

test('outside a repository there is no git', async () => {
  using project = createProject({ 'a.txt': 'a' })
  assert.equal(await openGit(project.root, { ...env, GIT_CEILING_DIRECTORIES: path.dirname(project.root) }), undefined)
})

test('the base is where the branch left the default branch, and later commits there do not count', async () => {
  using project = branched()
  const base = project.git('rev-parse', 'main')
  project.git('checkout', '-q', 'main')
  project.write({ 'prompts/b.prompt.yml': 'newer b' })
  project.git('commit', '-qam', 'on main')
  project.git('checkout', '-q', 'feature')
  const git = await open(project.root)
  assert.equal(await baseOf(git), base)
  assert.deepEqual(await git.changedSince(base), ['prompts/a.prompt.yml'])
})

test('uncommitted, untracked and deleted files count as changed, ignored ones do not', async () => {
  using project = branched()
  project.write({ 'prompts/c.prompt.yml': 'c', '.gitignore': '.sluice/\n', '.sluice/sluice.db': 'x' })
  rmSync(path.join(project.root, 'prompts/b.prompt.yml'))
  const git = await open(project.root)
  assert.deepEqual(await git.changedSince(await baseOf(git)), [
    '.gitignore',
    'prompts/a.prompt.yml',
    'prompts/b.prompt.yml',
    'prompts/c.prompt.yml',
  ])
})

test('files of the base are read from the commit, with any name, and the working tree stays as it is', async () => {
  using project = branched()
  project.write({ 'prompts/a.prompt.yml': 'uncommitted' })
  const git = await open(project.root)
  const files = commitFiles(await openTree(git, await baseOf(git)), { root: project.root, folder: git.prefix })
  assert.equal(Buffer.from(await files.read('prompts/a.prompt.yml')).toString(), 'old a')
  assert.equal(Buffer.from(await files.read('ä ö.txt')).toString(), 'x')
  assert.deepEqual(await files.list('prompts/**/*.prompt.yml'), ['prompts/a.prompt.yml', 'prompts/b.prompt.yml'])
  await assert.rejects(files.read('prompts/none.yml'), { code: 'ENOENT' })
  assert.equal(project.git('status', '--porcelain'), 'M prompts/a.prompt.yml')
})

test('a project in a subfolder reads its own files under their own names, and git is asked at the root', async () => {
  using project = branched()
  project.write({ 'app/prompts/x.prompt.yml': 'x' })
  commitAll(project, 'app')
  project.write({ 'app/prompts/x.prompt.yml': 'changed', 'outside.txt': 'y' })
  const git = await open(path.join(project.root, 'app'))
  assert.equal(git.prefix, 'app/')
  const place = { root: path.join(project.root, 'app'), folder: git.prefix }
  assert.deepEqual(await git.changedSince('HEAD'), ['app/prompts/x.prompt.yml', 'outside.txt'])
  assert.equal(
    Buffer.from(await commitFiles(await openTree(git, 'HEAD'), place).read('prompts/x.prompt.yml')).toString(),
    'x',
  )
})

test('a base that does not exist is named, with the way out', async () => {
  using project = branched()
  const git = await open(project.root)
  await assert.rejects(git.mergeBase('origin/nothing'), {
    code: 'invalid-input',
    message: /"origin\/nothing".*git fetch/,
  })
  for (const name of ['--upload-pack=x', '', '.main', 'main..feature', 'main:prompts', 'main^@', '^main']) {
    await assert.rejects(git.mergeBase(name), { code: 'invalid-input' }, name)
  }
})

test('a base is named by a tag, a hash or a commit before another; a file of that name does not matter', async () => {
  using project = branched()
  project.git('tag', '-am', 'a release', 'v1', 'feature')
  project.write({ v1: 'a file', HEAD: 'another' })
  const git = await open(project.root)
  const [base, head] = [project.git('rev-parse', 'main'), project.git('rev-parse', 'feature')]
  const found = [git.mergeBase('v1'), git.mergeBase('v1~1'), git.mergeBase(base.slice(0, 12)), git.mergeBase('HEAD')]
  assert.deepEqual(await Promise.all(found), [head, base, base, head])
  assert.equal(await git.head(), head)
})

test('a shallow clone tells the fetch-depth fix', async () => {
  using project = branched()
  using clone = createProject({})
  execFileSync('git', ['clone', '-q', '--depth', '1', `file://${project.root}`, 'c'], { cwd: clone.root })
  const folder = path.join(clone.root, 'c')
  await assert.rejects((await open(folder)).mergeBase('main'), /shallow clone.*fetch-depth: 0/)
  execFileSync('git', ['fetch', '-q', '--depth', '1', 'origin', 'main:other'], { cwd: folder })
  await assert.rejects((await open(folder)).mergeBase('other'), /no common commit.*fetch-depth: 0/)
})

test('without any default branch the error lists what was tried', async () => {
  using project = branched()
  project.git('branch', '-D', 'main')
  const git = await open(project.root)
  await assert.rejects(baseOf(git), /origin\/HEAD, origin\/main.*--base.*--all/)
})

test('in a pull request of CI the target branch comes first', async () => {
  using project = branched()
  project.git('branch', 'release', 'feature')
  const git = await open(project.root)
  assert.equal(await baseOf(git, { GITHUB_BASE_REF: 'release' }), project.git('rev-parse', 'feature'))
})
