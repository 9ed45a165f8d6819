import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fakeModel, isJudgeRequest, judgement, textOf } from '../support/fake-model.ts'
import { createProject, summaryFiles } from '../support/project.ts'
import { storedAnswers } from './stored-answers.ts'

const cases = 40

/** A model that fails every fourth case's check, answering after a while, so that runs overlap. */
const answering = () =>
  fakeModel(async (request) => {
    await wait(5)
    if (isJudgeRequest(request)) return judgement({ actions: 'yes' })
    return Number(/Mail (\d+):/.exec(textOf(request))?.[1]) % 4 === 0 ? 'Nothing to do' : 'Action item: invoice'
  })

test('runs on the same folder at the same time each finish with the same right result', async () => {
  await using model = await answering()
  using project = createProject(summaryFiles({ url: model.url, cases, rubric: true }))
  const commands = [
    ['eval', 'summary', '--concurrency', '4'],
    ['eval', 'summary', '--concurrency', '7'],
    ['gate', '--all', '--concurrency', '5', '--threshold', '0.5'],
  ]
  const runs = await Promise.all(commands.map((command) => project.sluice([...command, '--json'])))
  const runIds = new Set<string>()
  for (const { code, stdout, stderr } of runs) {
    assert.equal(code, 0, stderr)
    const report = JSON.parse(stdout)
    runIds.add(report.runId)
    const [feature] = report.features
    assert.deepEqual(feature.coverage.scored, cases)
    assert.deepEqual(
      feature.cases.map(({ id, checks }: { id: string; checks: { score: number }[] }) => [id, checks[0]?.score]),
      Array.from({ length: cases }, (_, index) => [`case-${index}`, index % 4 === 0 ? 0 : 1]),
    )
  }
  assert.equal(runIds.size, runs.length)
  const { integrity } = storedAnswers(project.root)
  assert.equal(integrity, 'ok')

  const before = model.requests.length
  assert.equal((await project.sluice(['eval', 'summary'])).code, 0)
  assert.equal(model.requests.length, before)
})

test('runs that write their reports to the same folder leave one whole report', async () => {
  await using model = await answering()
  using project = createProject(summaryFiles({ url: model.url, cases }))
  const run = () => project.sluice(['eval', 'summary', '--json', '--report-dir', 'report'])
  const runs = await Promise.all([run(), run()])
  const written = JSON.parse(readFileSync(path.join(project.root, 'report/report.json'), 'utf8'))
  assert.deepEqual(
    runs.map(({ code }) => code),
    [0, 0],
  )
  assert.ok(runs.some(({ stdout }) => JSON.parse(stdout).runId === written.runId))
  assert.equal(written.features[0].cases.length, cases)
})
