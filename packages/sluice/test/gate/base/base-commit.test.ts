import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { baseCommit, isBaseNamed, unnamedChange } from '../../../src/gate/base/base-commit.ts'
import { openGit } from '../../../src/gate/git/git.ts'
import { createProject, type Project } from '../../support/project.ts'

const env = { PATH: process.env.PATH, HOME: process.env.HOME }

/** As one process: to start one from a test costs more than what git does. */
const commits = [
  'keep() { for name; do echo "$name" > a.txt && git add -A && git commit -qm "$name" && git tag "$name"; done; }',
  'git init -q && keep one two',
  'git checkout -qb branch && keep three four',
  'git checkout -q main && keep later',
].join(' && ')

/** main with three commits, and a branch of two that left it at the second. */
function history(): Project & { at(name: string): string } {
  const project = createProject({})
  project.git('-c', `alias.history=!${commits}`, 'history')
  return { ...project, at: (name) => project.git('rev-parse', name) }
}

async function baseIn(project: Project, head: string, more: NodeJS.ProcessEnv) {
  project.git('checkout', '-q', head)
  const git = await openGit(project.root, env)
  assert.ok(git)
  return baseCommit(git, undefined, { ...env, ...more })
}

function event(project: Project, name: string, content: object): NodeJS.ProcessEnv {
  project.write({ 'event.json': JSON.stringify(content) })
  return { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path.join(project.root, 'event.json') }
}

test('in a merge queue the base is the one of the group', async () => {
  using project = history()
  const more = event(project, 'merge_group', {
    merge_group: { base_sha: project.at('three'), head_sha: project.at('four') },
  })
  assert.equal(await baseIn(project, 'four', more), project.at('three'))
  assert.equal(await isBaseNamed(more), true)
})

test('a base of the merge group that is not here, or an event that cannot be read, is a fault', async () => {
  using project = history()
  const gone = event(project, 'merge_group', { merge_group: { base_sha: '1'.repeat(40) } })
  await assert.rejects(baseIn(project, 'four', gone), {
    code: 'invalid-input',
    message: /git knows no commit "1{40}".*fetch/s,
  })
  project.write({ 'event.json': '{' })
  await assert.rejects(baseIn(project, 'four', gone), {
    code: 'invalid-input',
    message: /event\.json.*cannot be read.*--base/s,
  })
})

test('a push to the default branch is compared with what was there before', async () => {
  using project = history()
  const push = event(project, 'push', { before: project.at('two') })
  assert.equal(await baseIn(project, 'main', push), project.at('two'))
})

test('a push to another branch is compared with where the branch began, not with the push before', async () => {
  using project = history()
  const push = event(project, 'push', { before: project.at('three') })
  assert.equal(await baseIn(project, 'branch', push), project.at('two'))
})

test('the first push of a branch, and one whose past is not here, fall back to the default branch', async () => {
  using project = history()
  for (const before of ['0'.repeat(40), '1'.repeat(40)]) {
    assert.equal(await baseIn(project, 'branch', event(project, 'push', { before })), project.at('two'))
  }
})

test('what a pull request was before is not its base', async () => {
  using project = history()
  const more = {
    ...event(project, 'pull_request', { before: project.at('three'), pull_request: {} }),
    GITHUB_BASE_REF: 'main',
  }
  assert.equal(await baseIn(project, 'branch', more), project.at('two'))
})

test('GitLab names the base of a merge request', async () => {
  using project = history()
  assert.equal(
    await baseIn(project, 'branch', { CI_MERGE_REQUEST_DIFF_BASE_SHA: project.at('one') }),
    project.at('one'),
  )
})

test('a push whose past is not here is a fault where only HEAD itself is left to compare with', async () => {
  using project = history()
  const push = event(project, 'push', { before: '1'.repeat(40) })
  await assert.rejects(baseIn(project, 'main', push), { message: /git knows no commit "1{40}".*fetch/s })
  await assert.rejects(baseIn(project, 'main', { CI_COMMIT_BEFORE_SHA: '1'.repeat(40) }), {
    message: /git knows no commit "1{40}"/,
  })
})

test('GitLab says what was there before a push, and of a new branch that nothing was', async () => {
  using project = history()
  assert.equal(await baseIn(project, 'main', { CI_COMMIT_BEFORE_SHA: project.at('two') }), project.at('two'))
  assert.equal(await baseIn(project, 'branch', { CI_COMMIT_BEFORE_SHA: '0'.repeat(40) }), project.at('two'))
})

test('a pull request of Jenkins, Buildkite or Azure Pipelines names the branch that it goes to', async () => {
  using project = history()
  project.git('branch', 'release', 'one')
  const target = 'release'
  const requests: NodeJS.ProcessEnv[] = [
    { JENKINS_URL: 'https://ci.example/', CHANGE_TARGET: target },
    { BUILDKITE: 'true', BUILDKITE_PULL_REQUEST_BASE_BRANCH: target },
    { TF_BUILD: 'True', SYSTEM_PULLREQUEST_TARGETBRANCH: target },
    { TF_BUILD: 'True', SYSTEM_PULLREQUEST_TARGETBRANCH: `refs/heads/${target}` },
  ]
  for (const more of requests) {
    assert.equal(await baseIn(project, 'branch', more), project.at('one'), JSON.stringify(more))
    assert.deepEqual([await isBaseNamed(more), await unnamedChange(more)], [true, undefined])
  }
  const elsewhere = { CHANGE_TARGET: target, CI: 'false' }
  assert.deepEqual([await isBaseNamed(elsewhere), await unnamedChange(elsewhere)], [false, undefined])
  assert.equal(await baseIn(project, 'branch', elsewhere), project.at('two'))
})

test('CI names no change for a schedule, a start by hand, a tag and a first push of the default branch alone', async () => {
  using project = createProject({})
  const none = '0'.repeat(40)
  const push = (before: string, branch: string) => ({
    ...event(project, 'push', { before, repository: { default_branch: 'main' } }),
    GITHUB_REF_NAME: branch,
  })
  const gitlab = { CI_PIPELINE_SOURCE: 'push', CI_DEFAULT_BRANCH: 'main', CI_COMMIT_BEFORE_SHA: none }
  const kinds: [NodeJS.ProcessEnv, Awaited<ReturnType<typeof unnamedChange>>][] = [
    [{}, undefined],
    [{ GITHUB_EVENT_NAME: 'schedule' }, { event: 'the event schedule' }],
    [{ CI_PIPELINE_SOURCE: 'web', CI_COMMIT_BEFORE_SHA: none }, { event: 'the event web' }],
    [{ GITHUB_EVENT_NAME: 'push', GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME: 'v1' }, { event: 'the push of a tag' }],
    [{ ...gitlab, CI_COMMIT_TAG: 'v1' }, { event: 'the push of a tag' }],
    [{ ...gitlab, CI_COMMIT_BRANCH: 'main' }, 'firstPush'],
    [{ ...gitlab, CI_COMMIT_BRANCH: 'branch' }, undefined],
    [{ ...gitlab, CI_COMMIT_BRANCH: 'main', CI_COMMIT_BEFORE_SHA: '1'.repeat(40) }, undefined],
    [{ GITHUB_EVENT_NAME: 'pull_request', GITHUB_BASE_REF: 'main' }, undefined],
  ]
  for (const [env, kind] of kinds) assert.deepEqual(await unnamedChange(env), kind, JSON.stringify(env))
  assert.equal(await unnamedChange(push(none, 'main')), 'firstPush')
  assert.equal(await unnamedChange(push(none, 'branch')), undefined)
  assert.equal(await unnamedChange(push('1'.repeat(40), 'main')), undefined)
})
