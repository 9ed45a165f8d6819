import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ScoringTask, scoreOutput } from '../../../src/core/scorers/case-score.ts'
import { compileCheck } from '../../../src/core/scorers/checks/check.ts'
import { checkSchema } from '../../../src/core/suite/checks/check-entry.ts'
import { answer, answerItem, completion, judgeThatHears, rubric } from './judging.ts'
import { aCase } from './scoring.ts'

const yesAndNo = completion(answer(answerItem('actions', 'yes'), answerItem('faithful', 'no')))

function task(checks: Record<string, unknown>[], overrides: Partial<ScoringTask> = {}): ScoringTask {
  return {
    subject: { case: aCase(), output: 'On Friday.' },
    checks: checks.map((entry) => compileCheck(checkSchema.parse(entry))),
    rubric,
    choices: [],
    input: [],
    repeat: 1,
    signal: new AbortController().signal,
    ...overrides,
  }
}

test('checks and judge make one score', async () => {
  const { judge } = judgeThatHears(yesAndNo)
  const { state, score, checks, judgement } = await scoreOutput(task([{ contains: 'friday', weight: 5 }], { judge }))
  assert.deepEqual({ state, score }, { state: 'scored', score: 0.8 })
  assert.deepEqual([checks.length, judgement?.score], [1, 0.6])
})

test('the judge is not paid when a must check has failed, and is when another has', async () => {
  const { judge, calls } = judgeThatHears(yesAndNo)
  const failed = await scoreOutput(task([{ contains: 'friday' }, { contains: 'monday', must: true }], { judge }))
  assert.deepEqual([failed.state, failed.score, failed.checks.length, calls.length], ['checkFailed', 0, 2, 0])
  assert.equal((await scoreOutput(task([{ contains: 'monday' }], { judge }))).state, 'scored')
  assert.equal(calls.length, 1)
})

test('without questions no judge is asked or needed', async () => {
  const { judge, calls } = judgeThatHears()
  assert.equal((await scoreOutput(task([{ contains: 'friday' }], { rubric: [], judge }))).score, 1)
  assert.equal((await scoreOutput(task([{ contains: 'friday' }], { rubric: [] }))).score, 1)
  assert.equal(calls.length, 0)
})

test('a rubric without a judge, a check or an answer that cannot be used: each its own error', async () => {
  await assert.rejects(scoreOutput(task([])), { name: 'JudgeError', message: /no judge/ })
  const { judge } = judgeThatHears(completion('nonsense'))
  await assert.rejects(scoreOutput(task([], { judge })), { name: 'JudgeError' })
  await assert.rejects(scoreOutput(task([{ costUsd: 1 }], { judge })), { name: 'CheckError' })
})

test('an abstaining judge leaves the case without a score', async () => {
  const unsure = completion(answer(answerItem('actions', 'cannot_tell'), answerItem('faithful', 'cannot_tell')))
  const scored = await scoreOutput(task([{ contains: 'friday' }], judgeThatHears(unsure)))
  assert.equal(scored.state, 'abstained')
  assert.equal('score' in scored, false)
})
