import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fakeModel } from '../../support/fake-model.ts'
import { changedProject, commitAll, summariser, worse } from '../../support/gate-project.ts'
import { chatter, fakeGithub } from '../../support/github/fake-github.ts'
import { githubRun, pullRequestEvent } from '../../support/github/github-run.ts'
import { createProject, summaryFiles } from '../../support/project.ts'

const forgets = summariser((mail) => mail >= 5)

test('a pull request from its first push to the fix: one comment, first a fail, then a pass', async () => {
  await using model = await fakeModel(forgets)
  await using github = await fakeGithub()
  github.comments.push(...chatter(120))
  const base = { url: model.url, rubric: true }
  using project = changedProject(base)
  commitAll(project, 'shorter')

  const opened = await githubRun({ sluice: project.binary }, github.url)
  assert.equal(opened.code, 1, opened.stderr)
  const { report, ...outputs } = opened.outputs
  assert.deepEqual(outputs, {
    verdict: 'fail',
    score: '0.5',
    'cost-usd': outputs['cost-usd'],
    artifact: 'sluice-report',
    paid: 'true',
  })
  assert.ok(Number(outputs['cost-usd']) > 0)
  assert.ok(existsSync(path.join(report ?? '', 'report.json')))
  assert.match(opened.summary, /FAIL/)
  assert.equal(github.comments.length, 121)
  const comment = github.comments.at(-1)
  assert.match(comment?.body ?? '', /^<!-- sluice report {2}-->\n<!-- sluice judged FAIL abc verified -->\n.*FAIL/)
  assert.match(comment?.body ?? '', /https:\/\/github\.com\/acme\/app\/actions\/runs\/123/)
  assert.match(
    opened.stdout,
    /^::error file=prompts\/summary\.prompt\.yml,line=4,.*::summary: FAIL: The mean score changed/m,
  )
  assert.match(opened.stdout, /^::warning file=evals\/summary\.jsonl,line=6,.*::case-5: 1\.000 -> 0\.000$/m)

  project.write(summaryFiles({ ...base, message: 'Summarise with every action item: {{email}}' }))
  commitAll(project, 'fix')
  const fixed = await githubRun(project, github.url)
  assert.equal(fixed.code, 0, fixed.stdout)
  assert.equal(fixed.outputs.verdict, 'pass')
  assert.equal(github.comments.length, 121)
  assert.equal(github.comments.at(-1)?.id, comment?.id)
  assert.match(github.comments.at(-1)?.body ?? '', /PASS/)
  assert.doesNotMatch(fixed.stdout, /^::(?:error|warning)/m)

  const calls = model.requests.length
  const again = await githubRun(project, github.url)
  assert.deepEqual([again.code, again.outputs.paid, model.requests.length], [0, 'false', calls])
})

test('a pull request from a fork gets a summary that says why there is no comment; GitHub is not asked', async () => {
  await using model = await fakeModel(forgets)
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url, rubric: true })
  const { code, summary, outputs } = await githubRun(project, github.url, { event: pullRequestEvent({ fork: true }) })
  assert.deepEqual([code, outputs.verdict], [1, 'fail'])
  assert.match(summary, /FAIL[\s\S]*comes from a fork[\s\S]*workflow_run[\s\S]*Never use pull_request_target/)
  assert.deepEqual(github.requests, [])
})

test('a fork without the key of a live model ends as "could not run", and says that this is why', async () => {
  await using github = await fakeGithub()
  using project = changedProject({ url: 'http://127.0.0.1:9/v1' })
  const config =
    'providers:\n  local: {kind: openai-compatible, baseURL: "http://127.0.0.1:9/v1", apiKeyEnv: MODEL_KEY}\n'
  project.write({ 'sluice.yaml': `sluice: 1\njudge: {model: "local:judge"}\n${config}` })
  const { code, summary, outputs } = await githubRun(project, github.url, { event: pullRequestEvent({ fork: true }) })
  assert.deepEqual([code, outputs.verdict], [4, 'error'])
  assert.match(summary, /MODEL_KEY[\s\S]*no key reached the run/)
})

test('a token without permission changes nothing about the verdict, and is never shown', async () => {
  await using model = await fakeModel(forgets)
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url, rubric: true })
  github.trouble.push({ status: 403, message: 'Resource not accessible by integration', times: 9 })
  const { code, outputs, stdout, stderr, summary } = await githubRun(project, github.url)
  assert.deepEqual([code, outputs.verdict], [1, 'fail'])
  assert.match(stdout, /^::notice title=Sluice::No comment: .*pull-requests: write/m)
  assert.match(summary, /FAIL[\s\S]*No comment: GET .* 403 Resource not accessible/)
  assert.doesNotMatch(stdout + stderr + summary, /secret-token/)
})

test('an application under test does not see the token', async () => {
  await using github = await fakeGithub()
  using project = createProject({
    'app.cjs': 'process.stdin.resume().on("end", () => console.log("token: " + (process.env.INPUT_TOKEN || "none")))',
    'prompts/a.prompt.yml':
      'sluice: 1\nmodel: local:m\nmessages: [{role: user, content: "{{email}}"}]\ntarget: {command: [node, app.cjs]}\nchecks: [{contains: "token: none"}]\nsuites: {fast: cases.jsonl}\n',
    'prompts/cases.jsonl': '{"id":"one","vars":{"email":"x"}}\n',
    'sluice.yaml': 'sluice: 1\nproviders:\n  local: {kind: openai-compatible, baseURL: "http://127.0.0.1:9/v1"}\n',
  })
  commitAll(project, 'base')
  project.git('branch', '-M', 'main')
  const { outputs, summary } = await githubRun(project, github.url, { env: { INPUT_ARGS: '--all' } })
  assert.equal(outputs.score, '1', summary)
})

test('the label sluice:full runs the full suite, an input overrules it', async () => {
  await using model = await fakeModel(forgets)
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url })
  const prompt = `sluice: 1\nname: summary\nmodel: local:model-a\nmessages: [{role: user, content: "${worse}"}]\nsuites: {fast: ../evals/summary.jsonl, full: ../evals/full.jsonl}\nchecks: [{contains: Action item}]\n`
  project.write({
    'prompts/summary.prompt.yml': prompt,
    'evals/full.jsonl': '{"id":"one","vars":{"email":"Mail 1"}}\n',
  })
  const event = pullRequestEvent({ labels: ['other', 'sluice:full'] })
  assert.match((await githubRun(project, github.url, { event })).summary, /1 of 1 case/)
  assert.match((await githubRun(project, github.url)).summary, /10 of 10 cases/)
  assert.match(
    (await githubRun(project, github.url, { event, env: { INPUT_SUITE: 'fast' } })).summary,
    /10 of 10 cases/,
  )
})

test('a change that touches no prompt posts nothing, but an old comment is brought up to date', async () => {
  await using model = await fakeModel(forgets)
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url }, {})
  project.write({ 'README.md': 'More words.' })
  assert.equal((await githubRun(project, github.url)).code, 0)
  assert.equal(github.comments.length, 0)
  github.comments.push({
    id: 5,
    body: '<!-- sluice report  -->\nFAIL',
    user: { login: 'github-actions[bot]', type: 'Bot' },
  })
  await githubRun(project, github.url)
  assert.match(github.comments[0]?.body ?? '', /NOTHING JUDGED\n\n.*What an earlier commit got still stands: FAIL/)
})

test('what a model says cannot give orders to the runner', async () => {
  await using model = await fakeModel((request) => `::error file=x::owned by ${request.model}\n::add-mask::a`)
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url })
  const { stdout } = await githubRun(project, github.url)
  const [, token = ''] = /^::stop-commands::(.+)$/m.exec(stdout) ?? []
  assert.ok(token.length >= 20)
  const outside = stdout.replace(new RegExp(`::stop-commands::${token}[\\s\\S]*?::${token}::`, 'g'), '')
  assert.doesNotMatch(outside, /^::error file=x|^::add-mask/m)
})

test("after a fork's run a second workflow posts its report, rendered anew, to the pull request of that commit", async () => {
  await using model = await fakeModel(forgets)
  await using github = await fakeGithub()
  using project = changedProject({ url: model.url, rubric: true })
  const { outputs } = await githubRun(project, github.url, { event: pullRequestEvent({ fork: true }) })
  writeFileSync(path.join(outputs.report ?? '', 'report.md'), '@everyone <img src=x>')
  github.pulls.push({ number: 7, head: { sha: 'abc' } })
  const ended = { head_sha: 'abc', head_branch: 'change', head_repository: { owner: { login: 'mallory' } } }
  const { code } = await githubRun(project, github.url, {
    event: { workflow_run: ended },
    env: { GITHUB_EVENT_NAME: 'workflow_run', INPUT_COMMAND: 'comment' },
  })
  assert.equal(code, 0)
  assert.match(github.comments[0]?.body ?? '', /FAIL/)
  assert.doesNotMatch(github.comments[0]?.body ?? '', /@everyone|<img/)
})

test('the nightly runs by the same command, without a comment', async () => {
  await using github = await fakeGithub()
  using project = createProject({})
  await project.sluice(['init'])
  const { code, outputs, summary } = await githubRun(project, github.url, {
    event: { schedule: '0 2 * * *' },
    env: { GITHUB_EVENT_NAME: 'schedule', INPUT_COMMAND: 'nightly' },
  })
  assert.deepEqual([code, outputs.verdict], [0, 'pass'], summary)
  assert.match(summary, /ticket-triage/)
  assert.deepEqual(github.requests, [])
})
