import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { openGit } from '../../../src/gate/git/git.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

const env = { PATH: process.env.PATH, HOME: process.env.HOME, GIT_CONFIG_NOSYSTEM: '1' }

function repository(): Project {
  const project = createProject({ 'a.txt': 'a' })
  commitAll(project, 'base')
  return project
}

test('a checkout of somebody else is named in the words of git, with the command that mends it', async () => {
  using project = repository()
  // What git does where the folder belongs to another user, which only root could arrange.
  const stranger = { ...env, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' }
  await assert.rejects(openGit(project.root, stranger), {
    code: 'invalid-input',
    message: /dubious ownership.*git config --global --add safe\.directory/s,
  })
})

test('without the program git a repository is a fault, and a folder outside of any is not', async () => {
  using project = repository()
  using outside = createProject({ 'a.txt': 'a' })
  const none = { ...env, PATH: path.join(outside.root, 'nothing') }
  await assert.rejects(openGit(project.root, none), { code: 'invalid-input', message: /no such program.*Install git/s })
  const ceiling = path.dirname(outside.root)
  assert.equal(await openGit(outside.root, { ...none, GIT_CEILING_DIRECTORIES: ceiling }), undefined)
})

test('a damaged, a half-deleted and a bare repository are faults, never no repository', async () => {
  const damages: ((project: Project) => void)[] = [
    ({ root }) => rmSync(path.join(root, '.git/HEAD')),
    ({ root }) => writeFileSync(path.join(root, '.git/config'), '[core\n'),
    ({ root }) => {
      rmSync(path.join(root, '.git'), { recursive: true })
      writeFileSync(path.join(root, '.git'), 'gitdir: /nowhere/at/all\n')
    },
    ({ git }) => git('config', 'core.bare', 'true'),
    ({ root }) => {
      rmSync(path.join(root, '.git'), { recursive: true })
      mkdirSync(path.join(root, '.git'))
    },
  ]
  for (const damage of damages) {
    using project = repository()
    damage(project)
    await assert.rejects(
      openGit(project.root, env),
      { code: 'invalid-input', message: /It says:\n.+\n/ },
      String(damage),
    )
  }
})

test('an object that is missing is a fault, not a commit that is not there', async () => {
  using project = repository()
  const git = await openGit(project.root, env)
  const head = (await git?.head()) ?? ''
  const tree = project.git('rev-parse', 'HEAD^{tree}')
  rmSync(path.join(project.root, '.git/objects', tree.slice(0, 2), tree.slice(2)))
  await assert.rejects(async () => git?.tree(head), { code: 'invalid-input', message: /It says:\nfatal: .*git fsck/s })
})

test('a branch whose commit is lost is a fault, with --all too, and one that nobody made is not', async () => {
  using project = repository()
  const git = await openGit(project.root, env)
  assert.ok(git)
  assert.equal(await git.find('other'), undefined)
  assert.equal(await git.find('1'.repeat(40)), undefined)
  const objects = path.join(project.root, '.git/objects')
  rmSync(objects, { recursive: true })
  mkdirSync(objects)
  for (const ask of [() => git.head(), () => git.find('main'), () => git.resolve('main')]) {
    await assert.rejects(ask, { code: 'invalid-input', message: /It says:\nfatal.*git fsck/s })
  }
})

test('what a hook or the settings of a user say does not hide a change', async () => {
  using project = repository()
  using other = repository()
  const home = path.join(project.root, 'home')
  mkdirSync(home)
  writeFileSync(
    path.join(home, '.gitconfig'),
    '[diff]\n\trelative = true\n\tnoprefix = true\n\tmnemonicPrefix = true\n\texternal = true\n\tignoreSubmodules = all\n[core]\n\tquotePath = true\n\tfsmonitor = true\n[status]\n\tshowUntrackedFiles = no\n',
  )
  project.write({ 'folder/ä.txt': 'new', 'a.txt': 'changed' })
  const misled = {
    ...env,
    HOME: home,
    GIT_DIR: path.join(other.root, '.git'),
    GIT_WORK_TREE: other.root,
    GIT_INDEX_FILE: path.join(other.root, '.git/index'),
    GIT_PREFIX: 'folder/',
    GIT_EXTERNAL_DIFF: 'true',
  }
  const git = await openGit(path.join(project.root, 'folder'), misled)
  assert.equal(git?.root, project.root)
  assert.deepEqual(
    (await git?.changedSince('HEAD'))?.filter((file) => !file.startsWith('home/')),
    ['a.txt', 'folder/ä.txt'],
  )
})

const changedSince = async ({ root }: Project, commit: string) => (await openGit(root, env))?.changedSince(commit)

test('files that git was told not to look at are looked at', async () => {
  for (const flag of ['--assume-unchanged', '--skip-worktree']) {
    using project = repository()
    project.git('update-index', flag, 'a.txt')
    assert.deepEqual(await changedSince(project, 'HEAD'), [])
    project.write({ 'a.txt': 'changed' })
    assert.deepEqual(await changedSince(project, 'HEAD'), ['a.txt'], flag)
  }
})

test('a submodule is changed by its commit, and by files that are not committed in it', async () => {
  using inner = repository()
  using project = repository()
  project.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.root, 'lib')
  project.git('commit', '-qam', 'with a library')
  assert.deepEqual(await changedSince(project, 'HEAD'), [])
  project.write({ 'lib/a.txt': 'changed', 'lib/b.txt': 'new' })
  assert.deepEqual(await changedSince(project, 'HEAD'), ['lib/a.txt', 'lib/b.txt'])
  project.git('-C', 'lib', 'commit', '-qam', 'two')
  assert.deepEqual(await changedSince(project, 'HEAD'), ['lib'])
  project.git('add', 'lib')
  project.git('commit', '-qm', 'forward')
  assert.deepEqual(await changedSince(project, 'HEAD~1'), ['lib'])
})

test('a file mode alone, and line ends as git keeps them, are no other content', async () => {
  using project = repository()
  const git = await openGit(project.root, env)
  chmodSync(path.join(project.root, 'a.txt'), 0o644)
  project.write({ 'a.txt': 'a' })
  assert.deepEqual(await git?.changedSince('HEAD'), [])
})
