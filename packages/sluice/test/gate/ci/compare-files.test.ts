import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { commitAll } from '../../support/gate-project.ts'
import { fakeGithub } from '../../support/github/fake-github.ts'
import { githubRun, pullRequestEvent } from '../../support/github/github-run.ts'
import { createProject } from '../../support/project.ts'
import { fooFile, outcomes } from '../../support/results-files.ts'

const good = fooFile(outcomes(60, (index) => 0.6 + (index % 7) / 100))
const bad = fooFile(outcomes(60, (index) => 0.3 + (index % 7) / 100))

test('the action compares two results files in a repository without a project: comment, outputs, exit code', async () => {
  await using github = await fakeGithub()
  using project = createProject({ 'out/pr.json': bad, 'out/main.json': good })
  commitAll(project, 'base')
  const env = { INPUT_COMPARE: 'out/pr.json out/main.json' }
  const failed = await githubRun(project, github.url, { env })
  assert.deepEqual([failed.code, failed.outputs.verdict, failed.outputs.paid], [1, 'fail', 'false'], failed.stderr)
  assert.match(failed.summary, /FAIL · `out\/pr\.json`/)
  assert.ok(existsSync(path.join(failed.outputs.report ?? '', 'report.json')))
  assert.match(failed.outputs.artifact ?? '', /^sluice-report-compare\+out\+pr\.json\+out\+main\.json$/)
  assert.equal(github.comments.length, 1)
  project.write({ 'out/pr.json': `${good}\n` })
  assert.equal((await githubRun(project, github.url, { env })).code, 0)
  assert.equal(github.comments.length, 1)
  assert.match(github.comments[0]?.body ?? '', /PASS/)
})

test('a comparison has a comment of its own beside that of the gate and of another comparison', async () => {
  await using github = await fakeGithub()
  using project = createProject({ 'a.json': good, 'b.json': `${good}\n`, 'with space.json': good })
  github.comments.push({
    id: 5,
    body: '<!-- sluice report  -->\nFAIL',
    user: { login: 'github-actions[bot]', type: 'Bot' },
  })
  await githubRun(project, github.url, { env: { INPUT_COMPARE: 'a.json b.json' } })
  await githubRun(project, github.url, {
    env: { INPUT_COMPARE: 'with space.json\nb.json\n', INPUT_ARGS: '--metric=pass' },
  })
  assert.equal(github.comments.length, 3)
  assert.match(github.comments[0]?.body ?? '', /FAIL$/)
  assert.match(github.comments[2]?.body ?? '', /whether a test passed/)
})

test('a fork is judged and gets no comment; what cannot be compared is invalid, with the reason in the summary', async () => {
  await using github = await fakeGithub()
  using project = createProject({ 'a.json': good, 'b.json': `${good}\n`, 'none.json': '{}' })
  const compare = (files: string, more: NodeJS.ProcessEnv = {}) =>
    githubRun(project, github.url, { env: { INPUT_COMPARE: files, ...more } })
  const fork = await githubRun(project, github.url, {
    event: pullRequestEvent({ fork: true }),
    env: { INPUT_COMPARE: 'a.json b.json' },
  })
  assert.deepEqual([fork.code, github.comments.length], [0, 0])
  assert.match(fork.summary, /PASS[\s\S]*comes from a fork/)
  const invalid = await compare('none.json b.json')
  assert.deepEqual([invalid.code, invalid.outputs.verdict], [3, 'invalid'])
  assert.match(invalid.summary, /none\.json is no results file that is known/)
  for (const [files, more] of [
    ['a.json', {}],
    ['a.json b.json c.json', {}],
    ['a.json b.json', { INPUT_COMMAND: 'nightly' }],
    ['a.json b.json', { INPUT_SUITE: 'fast' }],
  ] as const) {
    const { code, stderr } = await compare(files, more)
    assert.equal(code, 3, files)
    assert.match(stderr, /two results files/)
  }
})

test('a file whose name looks like a flag stays a file', async () => {
  await using github = await fakeGithub()
  using project = createProject({ 'b.json': `${good}\n` })
  const { code, summary } = await githubRun(project, github.url, {
    env: { INPUT_COMPARE: '--report-dir=/tmp/x b.json' },
  })
  assert.equal(code, 3)
  assert.match(summary, /--report-dir=\/tmp\/x: there is no such file/)
})
