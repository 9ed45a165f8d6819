import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { type ChatRequest, fakeModel, isJudgeRequest, judgement, type Reply, textOf } from '../support/fake-model.ts'
import { createProject, type Finished, summaryFiles } from '../support/project.ts'

const cases = 12
const answer = 'Action item: send the invoice'
const refusal = JSON.stringify({ error: { message: 'said the provider' } })

const faults: Record<string, Reply> = {
  '500': { status: 500, body: refusal },
  '529': { status: 529, body: refusal },
  '429': { status: 429, body: refusal },
  HTML: { status: 200, body: '<html>Log in</html>', headers: { 'content-type': 'text/html' } },
  'cut-off JSON': { status: 200, body: '{"choices": [{"message": {"cont' },
  'an empty body': { status: 200, body: '' },
}

/** The number in the text of case-<number>, whoever is asked about it. */
const caseOf = (request: ChatRequest) => Number(/Mail (\d+):/.exec(textOf(request))?.[1])

function assertCannotRun({ code, stdout, stderr }: Finished, message: RegExp): void {
  assert.deepEqual([code, stdout], [4, ''], stderr)
  assert.match(stderr, message)
  assert.doesNotMatch(stderr, /^\s+at /m)
}

for (const [status, code] of [
  [401, undefined],
  [403, 'invalid_api_key'],
] as const) {
  test(`${status} ends the run at once and names the variable`, async () => {
    const body = JSON.stringify({ error: { message: 'said the provider', code } })
    await using model = await fakeModel(() => ({ status, body }))
    using project = createProject(summaryFiles({ url: model.url, cases, provider: 'apiKeyEnv: TEAM_KEY' }))
    const run = await project.sluice(['eval', 'summary', '--concurrency', '3', '--json'], { TEAM_KEY: 'sk-secret' })
    assertCannotRun(run, new RegExp(`${status}: said the provider\\. The key in TEAM_KEY was refused`))
    assert.doesNotMatch(run.stderr, /sk-secret/)
    assert.ok(model.requests.length <= 3, `${model.requests.length} requests`)
  })
}

test('a provider that turns everything away is given up after five calls, and every case says why', async () => {
  await using model = await fakeModel(() => ({ status: 403, body: refusal }))
  using project = createProject(summaryFiles({ url: model.url, cases: 40 }))
  const run = await project.sluice(['eval', 'summary', '--concurrency', '3', '--json'])
  const [feature] = JSON.parse(run.stdout).features
  assert.deepEqual([run.code, feature.coverage.modelError], [4, 40])
  assert.match(feature.cases[39].error, /cannot be asked: its first 5 calls all failed in the same way/)
  assert.ok(model.requests.length <= 8, `${model.requests.length} requests`)
})

test('nobody at the address ends the run within seconds and names it', async () => {
  const url = await deadUrl()
  using project = createProject(summaryFiles({ url, cases: 50 }))
  const start = performance.now()
  const run = await project.sluice(['eval', 'summary', '--json'])
  assertCannotRun(run, /^provider unreachable: .*ECONNREFUSED/m)
  assert.ok(run.stderr.includes(url), run.stderr)
  assert.ok(performance.now() - start < 30_000)
})

test('a provider that never answers is told from a slow case and ends the run', async () => {
  await using model = await fakeModel(() => 'hang')
  const provider = 'timeoutMs: 40, retries: 0'
  using project = createProject(summaryFiles({ url: model.url, cases: 50, provider }))
  const run = await project.sluice(['eval', 'summary', '--concurrency', '5', '--json'])
  assertCannotRun(run, /^provider unreachable: .*no answer within 40 ms/m)
  assert.ok(model.requests.length < 50, `${model.requests.length} requests`)
})

test('faults that pass are waited out: every case has its score', async () => {
  const first: Reply[] = [{ status: 429, headers: { 'retry-after': '0' } }, ...Object.values(faults)]
  await using model = await fakeModel((_, index) => first[index] ?? answer)
  using project = createProject(summaryFiles({ url: model.url, cases }))
  const { code, stdout, stderr } = await project.sluice(['eval', 'summary', '--json'])
  assert.equal(code, 0, stderr)
  assert.equal(JSON.parse(stdout).features[0].coverage.scored, cases)
  assert.equal(model.requests.length, cases + first.length)
})

/** An answer in time may take longer on a busy machine; whoever is asked again then is asked more than this once. */
test('an answer that does not come is asked for again', async () => {
  await using model = await fakeModel((_, index) => (index === 0 ? 'hang' : answer))
  using project = createProject(summaryFiles({ url: model.url, cases: 2, provider: 'timeoutMs: 1500' }))
  const { code, stdout, stderr } = await project.sluice(['eval', 'summary', '--json'])
  assert.equal(code, 0, stderr)
  assert.equal(JSON.parse(stdout).features[0].coverage.scored, 2)
  assert.ok(model.requests.length >= 3)
})

test('cases that fail are counted as such, never as a score of 0, and the run is inconclusive', async () => {
  const names = Object.keys(faults)
  const replies = Object.values(faults)
  await using model = await fakeModel((request) => replies[caseOf(request)] ?? answer)
  using project = createProject(summaryFiles({ url: model.url, cases: 2 * names.length, provider: 'retries: 0' }))
  const evaluated = await project.sluice(['eval', 'summary', '--json'])
  assert.equal(evaluated.code, 2, evaluated.stderr)
  const [feature] = JSON.parse(evaluated.stdout).features
  assert.deepEqual([feature.coverage.scored, feature.coverage.modelError], [names.length, names.length])
  assert.deepEqual([feature.score.mean, feature.score.p10], [1, 1])
  for (const [index, name] of names.entries()) {
    const { state, score, error } = feature.cases[index]
    assert.deepEqual([state, score], ['modelError', null], name)
    assert.match(error, new RegExp(name))
  }

  const gated = await project.sluice(['gate', '--all', '--json'])
  assert.equal(gated.code, 2, gated.stderr)
  const report = JSON.parse(gated.stdout)
  assert.deepEqual([report.verdict, report.features[0].reasons[0].code], ['inconclusive', 'coverage'])
})

test('a case whose answer does not come in time is counted as such', async () => {
  let asked: number | undefined
  await using model = await fakeModel((request) => {
    asked ??= caseOf(request)
    return caseOf(request) === asked ? 'hang' : answer
  })
  using project = createProject(
    summaryFiles({ url: model.url, cases: 2, provider: 'timeoutMs: 4000, retries: 0, concurrency: 2' }),
  )
  const { code, stdout, stderr } = await project.sluice(['eval', 'summary', '--json'])
  assert.equal(code, 2, stderr)
  const silent = JSON.parse(stdout).features[0].cases.find(({ id }: { id: string }) => id === `case-${asked}`)
  assert.deepEqual([silent.state, silent.score], ['modelError', null])
  assert.match(silent.error, /no answer within 4000 ms/)
})

test('a run in which every answer fails could not run: no verdict, no mean', async () => {
  await using model = await fakeModel(() => ({ status: 500, body: refusal }))
  using project = createProject(summaryFiles({ url: model.url, cases, provider: 'retries: 0' }))
  for (const [command, verdict] of [
    [['eval', 'summary'], null],
    [['gate', '--all'], 'inconclusive'],
  ] as const) {
    const { code, stdout, stderr } = await project.sluice([...command, '--json'])
    assert.equal(code, 4, stderr)
    const report = JSON.parse(stdout)
    assert.equal(report.verdict, verdict)
    assert.deepEqual([report.features[0].score.mean, report.features[0].coverage.modelError], [null, cases])
  }
})

test('a judge that fails leaves the cases without a score, and the answers are kept', async () => {
  let isJudgeUp = false
  await using model = await fakeModel((request) => {
    if (!isJudgeRequest(request)) return answer
    return isJudgeUp || caseOf(request) % 2 === 0 ? judgement({ actions: 'yes' }) : 'I like it: SCORE 1.0'
  })
  using project = createProject(summaryFiles({ url: model.url, cases, rubric: true, provider: 'retries: 0' }))
  const failed = await project.sluice(['eval', 'summary', '--json'])
  assert.equal(failed.code, 2, failed.stderr)
  const { coverage, score } = JSON.parse(failed.stdout).features[0]
  assert.deepEqual([coverage.scored, coverage.judgeError, score.mean], [cases / 2, cases / 2, 1])

  isJudgeUp = true
  const before = model.requests.length
  const rerun = await project.sluice(['eval', 'summary', '--json'])
  assert.equal(rerun.code, 0, rerun.stderr)
  assert.equal(model.requests.length - before, cases / 2)
})

/** A loopback URL on which nobody listens. */
async function deadUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/v1`
}
