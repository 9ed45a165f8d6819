import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fakeModel, isJudgeRequest, judgement, textOf } from '../support/fake-model.ts'
import { createProject, summaryFiles } from '../support/project.ts'
import { storedAnswers } from './stored-answers.ts'

const cases = 40

/** A model that names the case it is asked about and fails every fourth one's check, slowly enough for runs to overlap. */
const answering = () =>
  fakeModel(async (request) => {
    await wait(5)
    if (isJudgeRequest(request)) return judgement({ actions: 'yes' })
    const number = Number(/Mail (\d+):/.exec(textOf(request))?.[1])
    return `${number % 4 === 0 ? 'Nothing' : 'Action item'} in mail ${number}.`
  })

interface CaseRow {
  id: string
  output: string
  checks: { score: number }[]
}

const expectedRow = (index: number) => [`case-${index}`, `mail ${index}.`, index % 4 === 0 ? 0 : 1]

test('runs on the same folder at the same time each finish with their own right result', async () => {
  await using model = await answering()
  using project = createProject(summaryFiles({ url: model.url, cases, rubric: true }))
  const all = Array.from({ length: cases }, (_, index) => index)
  const commands: [string[], number[]][] = [
    [['eval', 'summary', '--tag', 'edge'], all.filter((index) => index % 2 === 0)],
    [['eval', 'summary', '--tag', 'core', '--concurrency', '7'], all.filter((index) => index % 2 === 1)],
    [['gate', '--all', '--concurrency', '5', '--threshold', '0.5'], all],
  ]
  const runs = await Promise.all(commands.map(([command]) => project.binary([...command, '--json'])))
  for (const [index, { code, stdout, stderr }] of runs.entries()) {
    assert.equal(code, 0, stderr)
    const [feature] = JSON.parse(stdout).features
    assert.deepEqual(
      feature.cases.map(({ id, output, checks }: CaseRow) => [id, output.split(' in ')[1], checks[0]?.score]),
      commands[index]?.[1].map(expectedRow),
    )
  }
  assert.deepEqual(storedAnswers(project.root), { integrity: 'ok', answers: 2 * cases })

  const before = model.requests.length
  assert.equal((await project.binary(['eval', 'summary'])).code, 0)
  assert.equal(model.requests.length, before)
})

test('runs that write their reports to the same folder leave one whole report', async () => {
  await using model = await answering()
  using project = createProject(summaryFiles({ url: model.url, cases }))
  const run = () => project.binary(['eval', 'summary', '--json', '--report-dir', 'report'])
  const runs = await Promise.all([run(), run()])
  for (const { code, stderr } of runs) assert.equal(code, 0, stderr)
  const written = JSON.parse(readFileSync(path.join(project.root, 'report/report.json'), 'utf8'))
  assert.ok(runs.some(({ stdout }) => JSON.parse(stdout).runId === written.runId))
  assert.equal(written.features[0].cases.length, cases)
})
