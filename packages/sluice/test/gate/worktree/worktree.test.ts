import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { openWorktree, type WorktreeRequest } from '../../../src/gate/worktree/worktree.ts'
import { commitAll } from '../../support/gate-project.ts'
import { createProject, type Project } from '../../support/project.ts'

function requestOf(project: Project, commit: string, more: Partial<WorktreeRequest> = {}): WorktreeRequest {
  return {
    repository: project.root,
    commit,
    store: path.join(project.root, '.sluice/worktrees'),
    env: process.env,
    signal: new AbortController().signal,
    mask: (text) => text,
    ...more,
  }
}

const node = (script: string) => [process.execPath, '-e', script]
const counting = node("require('fs').appendFileSync(process.env.COUNT_FILE, 'x')")

function keptIn({ root }: Project): string[] {
  const entries = readdirSync(path.join(root, '.sluice/worktrees'), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

test('a commit lies in a folder of its own, is set up once, and is found ready by the next run', async () => {
  using project = createProject({ 'app.txt': 'old', '.gitignore': '.sluice\n' })
  const commit = commitAll(project, 'base')
  project.write({ 'app.txt': 'new' })
  const count = path.join(project.root, '.sluice/count')
  const setup = { commands: [counting], folder: '' }
  mkdirSync(path.dirname(count))
  const request = requestOf(project, commit, { setup, env: { ...process.env, COUNT_FILE: count } })
  const [one, two] = await Promise.all([openWorktree(request), openWorktree(request)])
  assert.equal(one.folder, two.folder, one.fault ?? two.fault)
  const folder = one.folder ?? ''
  assert.equal(readFileSync(path.join(folder, 'app.txt'), 'utf8'), 'old')
  assert.equal(readFileSync(path.join(project.root, 'app.txt'), 'utf8'), 'new')
  assert.equal(readFileSync(count, 'utf8'), 'x', 'two runs at once have set it up once')

  writeFileSync(path.join(folder, 'app.txt'), 'something else')
  const again = await openWorktree(request)
  assert.equal(readFileSync(path.join(again.folder ?? '', 'app.txt'), 'utf8'), 'old')
  assert.equal(readFileSync(count, 'utf8'), 'xx', 'what somebody has changed is made anew')
})

/** As it is after a run that has ended. */
function endRun(folder = ''): void {
  rmSync(path.join(folder, '../users'), { recursive: true })
}

test('what was written since the setup is gone for the next run, and what the setup made is still there', async () => {
  using project = createProject({ 'app.txt': 'old', '.gitignore': 'cache\nbuilt\n' })
  const commit = commitAll(project, 'base')
  const setup = { commands: [node("fs.mkdirSync('built/empty', {recursive: true}); fs.writeFileSync('built/a', 'a')")] }
  const request = requestOf(project, commit, { setup: { ...setup, folder: '' } })
  const { folder = '' } = await openWorktree(request)
  const inside = (name: string) => path.join(folder, name)
  mkdirSync(inside('cache'))
  for (const name of ['answers.json', 'cache/answers.json', 'built/answers.json', 'built/empty/b'])
    writeFileSync(inside(name), 'kept')
  const meanwhile = await openWorktree(request)
  assert.equal(meanwhile.folder, folder)
  assert.ok(existsSync(inside('answers.json')), 'a run that is under way keeps what it has written')

  endRun(folder)
  assert.equal((await openWorktree(request)).folder, folder)
  assert.deepEqual(readdirSync(folder).sort(), ['.git', '.gitignore', 'app.txt', 'built'])
  assert.deepEqual(readdirSync(inside('built')).sort(), ['a', 'empty'])
  assert.deepEqual(readdirSync(inside('built/empty')), [])

  writeFileSync(inside('built/a'), 'another')
  endRun(folder)
  await openWorktree(request)
  assert.equal(readFileSync(inside('built/a'), 'utf8'), 'a', 'what the setup had made is made anew')
})

test('a worktree that changed while a run uses it stays for that run to see, and another one is made', async () => {
  using project = createProject({ 'app.txt': 'old' })
  const commit = commitAll(project, 'base')
  const first = await openWorktree(requestOf(project, commit))
  writeFileSync(path.join(first.folder ?? '', 'app.txt'), 'changed')
  const second = await openWorktree(requestOf(project, commit))
  assert.notEqual(second.folder, first.folder, second.fault)
  assert.equal(readFileSync(path.join(second.folder ?? '', 'app.txt'), 'utf8'), 'old')
  const changed = await Promise.all([first, second].map((each) => ('changed' in each ? each.changed() : [each.fault])))
  assert.deepEqual(changed, [['app.txt'], []])
})

test('neither a lock nor a use counts whose process had the number of this one', async () => {
  using project = createProject({ 'app.txt': 'old' })
  const commit = commitAll(project, 'base')
  const { folder = '' } = await openWorktree(requestOf(project, commit))
  const earlier = `${process.pid} an earlier start`
  writeFileSync(path.join(folder, '../users', String(process.pid)), earlier)
  writeFileSync(`${path.dirname(folder)}.lock`, earlier)
  writeFileSync(path.join(folder, 'left'), '')
  const request = requestOf(project, commit, { signal: AbortSignal.timeout(10_000) })
  assert.equal((await openWorktree(request)).folder, folder)
  assert.ok(!existsSync(path.join(folder, 'left')))
})

test('a setup that is none of the commit may not change what git has of it, and finds no package of the working tree', async () => {
  using project = createProject({ 'app.txt': 'old' })
  const commit = commitAll(project, 'base')
  project.write({ 'package.json': '{"type": "module"}' })
  const open = (script: string) =>
    openWorktree(requestOf(project, commit, { setup: { commands: [node(script)], folder: '' }, isOwnSetup: false }))
  const altered = await open("fs.writeFileSync('app.txt', 'worse')")
  assert.match(altered.fault ?? '', /the setup of this change alters its files: app\.txt$/)
  const adding = await open("fs.writeFileSync('made.js', 'module.exports = 1'); require('./made.js')")
  assert.ok(adding.folder, adding.fault)
  const upwards = `let folder = process.cwd()
    while (!fs.statSync(folder + '/.git', { throwIfNoEntry: false })?.isDirectory()) folder = require('path').dirname(folder)
    process.exit(fs.existsSync(folder + '/app.txt') ? 1 : 0)`
  const searching = await open(upwards)
  assert.ok(searching.folder, searching.fault)
})

test('a link of the commit that leads into the working tree is named, since code of the change would run', async () => {
  using project = createProject({ 'real/app.txt': 'old' })
  symlinkSync('real', path.join(project.root, 'fine'))
  symlinkSync('/nowhere', path.join(project.root, 'broken'))
  assert.ok((await openWorktree(requestOf(project, commitAll(project, 'relative')))).folder)
  symlinkSync(path.join(project.root, 'real'), path.join(project.root, 'link'))
  const { fault } = await openWorktree(requestOf(project, commitAll(project, 'absolute')))
  assert.match(fault ?? '', /its symbolic link link leads into the working tree, to real: make it relative/)
})

test('a setup may change tracked files; a setup that fails says why, and leaves nothing', async () => {
  using project = createProject({ 'app.txt': 'old' })
  const commit = commitAll(project, 'base')
  const writes = { commands: [node("require('fs').writeFileSync('app.txt', 'built')")], folder: '' }
  const first = await openWorktree(requestOf(project, commit, { setup: writes }))
  const marker = path.join(first.folder ?? '', '../ready.json')
  endRun(first.folder)
  const second = await openWorktree(requestOf(project, commit, { setup: writes }))
  assert.equal(second.folder, first.folder)
  assert.ok(existsSync(marker))

  const fails = { commands: [node("console.error('no such package'); process.exit(3)")], folder: '' }
  const { fault } = await openWorktree(requestOf(project, commit, { setup: fails }))
  assert.match(fault ?? '', /exited with 3; stderr ends: no such package/)
  assert.equal(keptIn(project).length, 1)
  assert.equal(project.git('worktree', 'list').split('\n').length, 2)
})

test('a commit that is not here, and a folder that cannot be written, are told in words of git and of the system', async () => {
  using project = createProject({ 'app.txt': 'old' })
  const commit = commitAll(project, 'base')
  const lost = await openWorktree(requestOf(project, 'f'.repeat(40)))
  assert.match(lost.fault ?? '', /git cannot check it out: .*f{40}/s)
  writeFileSync(path.join(project.root, 'store'), '')
  const blocked = await openWorktree(requestOf(project, commit, { store: path.join(project.root, 'store/worktrees') }))
  assert.match(blocked.fault ?? '', /its folder cannot be written: ENOTDIR/)
})

test('hooks of the repository do not run in a worktree', async () => {
  using project = createProject({ 'app.txt': 'old' })
  const commit = commitAll(project, 'base')
  const hook = path.join(project.root, '.git/hooks/post-checkout')
  mkdirSync(path.dirname(hook), { recursive: true })
  writeFileSync(hook, `#!/bin/sh\ntouch ${project.root}/ran\n`, { mode: 0o755 })
  assert.ok((await openWorktree(requestOf(project, commit))).folder)
  assert.ok(!existsSync(path.join(project.root, 'ran')))
})

test('four worktrees stay, and none that is in use is removed', async () => {
  using project = createProject({ 'app.txt': '0' })
  const commits = [commitAll(project, 'commit 0')]
  for (const name of ['1', '2', '3', '4', '5']) {
    project.write({ 'app.txt': name })
    commits.push(commitAll(project, `commit ${name}`))
  }
  for (const [index, commit] of commits.entries()) {
    const { folder } = await openWorktree(requestOf(project, commit))
    // The first one stays in use; the others are left.
    if (index > 0) endRun(folder)
  }
  const kept = keptIn(project).map((name) => name.slice(0, 12))
  assert.deepEqual(kept.sort(), [commits[0], ...commits.slice(-4)].map((commit) => commit?.slice(0, 12)).sort())
})

test('submodules are in their places; one whose commit is not here is named with the command that fetches it', async () => {
  using inner = createProject({ 'lib.txt': 'inner' })
  commitAll(inner, 'inner')
  using project = createProject({ 'app.txt': 'old' })
  commitAll(project, 'first')
  project.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.root, 'lib')
  const commit = commitAll(project, 'with a submodule')
  const { folder, fault } = await openWorktree(requestOf(project, commit))
  assert.equal(readFileSync(path.join(folder ?? '', 'lib/lib.txt'), 'utf8'), 'inner', fault)

  rmSync(path.join(project.root, 'lib'), { recursive: true })
  rmSync(path.join(project.root, '.sluice'), { recursive: true })
  const lost = await openWorktree(requestOf(project, commit))
  assert.match(lost.fault ?? '', /submodule lib at [0-9a-f]{12}, which is not here: git submodule update --init lib/)
})

test('a shallow clone has the commit that it was made for', async () => {
  using project = createProject({ 'app.txt': '0' })
  commitAll(project, 'first')
  project.write({ 'app.txt': '1' })
  const commit = commitAll(project, 'second')
  using clone = createProject({})
  clone.git('clone', '--quiet', '--depth', '1', `file://${project.root}`, 'here')
  const repository = path.join(clone.root, 'here')
  const { folder } = await openWorktree(
    requestOf(project, commit, { repository, store: path.join(clone.root, 'store') }),
  )
  assert.equal(readFileSync(path.join(folder ?? '', 'app.txt'), 'utf8'), '1')
})
