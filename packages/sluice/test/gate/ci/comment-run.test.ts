import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commentRun } from '../../../src/gate/ci/comment-run.ts'
import type { RunOutcome } from '../../../src/gate/ci/run-outcome.ts'
import type { WorkflowRun } from '../../../src/gate/ci/workflow-run.ts'
import { fakeGithub } from '../../support/github/fake-github.ts'

const marker = '<!-- sluice report x -->'

/** Comments on a pull request as a run with this outcome would, without a real wait. */
function comment(apiUrl: string, outcome: Partial<RunOutcome> = {}, more: Partial<WorkflowRun> = {}) {
  const workflow: WorkflowRun = {
    repository: 'acme/app',
    event: 'pull_request',
    pullRequest: { number: 7, commit: 'abc', isFork: false, labels: [], labelled: undefined },
    endedRun: undefined,
    apiUrl,
    url: 'https://github.com/acme/app/actions/runs/1',
    outputFile: undefined,
    summaryFile: undefined,
    inputs: {
      command: 'gate',
      suite: undefined,
      base: undefined,
      args: [],
      compare: undefined,
      allowEndpoint: [],
      measureApprovers: [],
      reportDir: 'r',
      comment: true,
      token: 't',
    },
    ...more,
  }
  const run = { outcome: { exitCode: 1, report: undefined, markdown: '## FAIL', ...outcome }, marker }
  return commentRun(workflow, run, { sleep: async () => {}, random: () => 0.5, now: Date.now })
}

test('an API that is down is a note, not an error', async () => {
  const [note = '', ...others] = await comment('http://127.0.0.1:9')
  assert.match(note, /^No comment: http:\/\/127\.0\.0\.1:9 cannot be reached: .*The verdict is still valid\.$/)
  assert.deepEqual(others, [])
})

test('an answer that is not GitHub is a note too', async () => {
  await using github = await fakeGithub()
  github.trouble.push({ status: 200, message: '<html>' })
  assert.match((await comment(github.url)).join(), /^No comment: /)
})

test('a report that is longer than GitHub takes is cut, and GitHub accepts it', async () => {
  await using github = await fakeGithub()
  const markdown = `## FAIL\n\n<details>\n\n${'A paragraph of words.\n\n'.repeat(10_000)}</details>`
  assert.deepEqual(await comment(github.url, { markdown }), [])
  const body = github.comments[0]?.body ?? ''
  assert.ok(body.length > 60_000 && body.length <= 65_536, `${body.length}`)
  assert.match(
    body,
    /A paragraph of words\.\n<\/details>\n\n_Cut for length; the artifact has all of it\._\n\n\[The whole run/,
  )
})

test('what GitHub refuses for another reason is a note', async () => {
  await using github = await fakeGithub()
  github.trouble.push({ method: 'POST', status: 422, message: 'Validation Failed' })
  assert.match((await comment(github.url)).join(), /422 Validation Failed\. The verdict is still valid/)
})

test('switched off, without a token, or without a pull request GitHub is not asked', async () => {
  await using github = await fakeGithub()
  const inputs = {
    command: 'gate',
    suite: undefined,
    base: undefined,
    args: [],
    compare: undefined,
    allowEndpoint: [],
    measureApprovers: [],
    reportDir: 'r',
    comment: true,
  } as const
  assert.deepEqual(
    await comment(
      github.url,
      {},
      {
        inputs: {
          ...inputs,
          args: [],
          compare: undefined,
          allowEndpoint: [],
          measureApprovers: [],
          comment: false,
          token: 't',
        },
      },
    ),
    [],
  )
  assert.match(
    (
      await comment(
        github.url,
        {},
        {
          inputs: {
            ...inputs,
            args: [],
            compare: undefined,
            allowEndpoint: [],
            measureApprovers: [],
            token: undefined,
          },
        },
      )
    ).join(),
    /no token/,
  )
  assert.deepEqual(await comment(github.url, {}, { event: 'push', pullRequest: undefined }), [])
  assert.deepEqual(github.requests, [])
})

test("after a fork's run the comment goes to the pull request whose newest commit was run, and to no other", async () => {
  await using github = await fakeGithub()
  const ended = (commit: string) => ({
    pullRequest: undefined,
    endedRun: { commit, head: 'mallory:patch-1', owner: 'mallory', isOwn: false },
  })
  const report = { verdict: 'fail', features: [{}] } as unknown as NonNullable<RunOutcome['report']>
  github.pulls.push({ number: 3, head: { sha: 'old' } }, { number: 7, head: { sha: 'new' } })
  assert.match(
    (await comment(github.url, { report }, ended('force-pushed away'))).join(),
    /belongs to no open pull request/,
  )
  assert.deepEqual(github.comments, [])
  assert.deepEqual(await comment(github.url, { report }, ended('new')), [])
  assert.ok(github.requests.includes('GET /repos/acme/app/pulls?state=open&head=mallory%3Apatch-1'))
  assert.ok(github.requests.includes('POST /repos/acme/app/issues/7/comments'))
  assert.match((await comment(github.url, {}, ended('new'))).join(), /left no report/)
})
