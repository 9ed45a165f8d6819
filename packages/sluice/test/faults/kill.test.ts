import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fakeModel, isJudgeRequest, judgement } from '../support/fake-model.ts'
import { createProject, summaryFiles } from '../support/project.ts'
import { until } from '../support/until.ts'
import { storedAnswers, storeFile } from './stored-answers.ts'

const cases = 40
const concurrency = 6
const calls = 2 * cases
const evalSummary = ['eval', 'summary', '--concurrency', String(concurrency)]

const answering = () =>
  fakeModel(async (request) => {
    await wait(5)
    return isJudgeRequest(request) ? judgement({ actions: 'yes' }) : 'Action item: send the invoice'
  })

for (const moment of [1, calls / 2, calls - concurrency]) {
  test(`killed at request ${moment} of ${calls}: the rerun pays only for what is missing`, async () => {
    await using model = await answering()
    using project = createProject(summaryFiles({ url: model.url, cases, rubric: true }))
    const run = project.start(evalSummary)
    await until(() => model.requests.length >= moment, `request ${moment}`)
    run.kill('SIGKILL')
    assert.equal((await run.done).signal, 'SIGKILL')

    await until(() => model.connections() === 0, 'the end of its connections')
    const paid = model.requests.length
    assert.ok(existsSync(`${storeFile(project.root)}-wal`), 'a log is left over')
    const { answers } = storedAnswers(project.root)
    assert.ok(paid - answers <= concurrency, `${paid} answers paid, ${answers} kept`)

    const rerun = await project.binary([...evalSummary, '--json'])
    assert.equal(rerun.code, 0, rerun.stderr)
    assert.equal(JSON.parse(rerun.stdout).features[0].coverage.scored, cases)
    assert.equal(model.requests.length - paid, calls - answers)
    assert.deepEqual(storedAnswers(project.root), { integrity: 'ok', answers: calls })
  })
}

test('killed while the store is being made: the next run makes it', async () => {
  await using model = await answering()
  using project = createProject(summaryFiles({ url: model.url, cases: 3 }))
  const run = project.start(evalSummary)
  await until(() => existsSync(storeFile(project.root)), 'the store')
  run.kill('SIGKILL')
  await run.done
  const rerun = await project.binary(evalSummary)
  assert.equal(rerun.code, 0, rerun.stderr)
  assert.deepEqual(storedAnswers(project.root), { integrity: 'ok', answers: 3 })
})
