import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../../src/core/providers/provider-error.ts'
import type { Case } from '../../../src/core/suite/cases/case.ts'
import { evaluate, type ScoreCase } from '../../../src/gate/run/evaluate.ts'
import type { Results } from '../../../src/gate/run/results.ts'
import { createScoreTable } from '../../../src/gate/run/score-table.ts'
import type { CaseDetail, CaseState } from '../../../src/records/report/case-detail.ts'

const results: Results = { add: () => {}, rows: () => [], flush: () => {}, end: () => {} }

async function* cases(): AsyncGenerator<Case> {
  for (let line = 1; line <= 40; line += 1)
    yield { id: `c${line}`, vars: {}, checks: [], rubric: [], tags: [], weight: 1, critical: false, line }
}

const detail = (state: CaseState): CaseDetail => ({
  state,
  ...(state === 'scored' && { score: 1 }),
  checks: [],
  judge: [],
})

async function run(candidate: ScoreCase) {
  const asked: string[] = []
  const note =
    (role: string, score: ScoreCase): ScoreCase =>
    (testCase, repeat) => {
      asked.push(`${role} ${testCase.id} ${repeat}`)
      return score(testCase, repeat)
    }
  const table = createScoreTable()
  const versions = { candidate: note('candidate', candidate), baseline: note('baseline', async () => detail('scored')) }
  const stop = new AbortController().signal
  const evaluation = { feature: 'f', cases, versions, table, results, concurrency: 20, stop }
  const error: unknown = await evaluate(evaluation, 2).catch((cause: unknown) => cause)
  return { asked, table, error }
}

test('a model that cannot be asked is found before anything else is asked, and every case says so', async () => {
  const gone: CaseDetail = { ...detail('modelError'), error: 'gone', unaskable: true }
  const { asked, table, error } = await run(async () => gone)
  assert.equal(error, undefined)
  assert.deepEqual(asked, ['candidate c1 1'])
  assert.equal(table.cases.length, 40)
  assert.ok(table.cases.every(({ state, baselineState }) => state === 'modelError' && baselineState === 'modelError'))
})

test('nothing is asked any more once a model is found wanting in the middle', async () => {
  let calls = 0
  const { asked } = await run(async () => {
    calls += 1
    return calls < 3 ? detail('scored') : { ...detail('judgeError'), unaskable: true }
  })
  assert.ok(asked.length <= 2 * 20 + 3, String(asked.length))
})

test('cases that fail are asked one by one, the baseline waits', async () => {
  let calls = 0
  const { asked } = await run(() => {
    calls += 1
    return calls < 4
      ? Promise.resolve(detail('judgeError'))
      : Promise.reject(new ProviderError('auth', 'no', { fatal: true }))
  })
  assert.deepEqual(asked, ['candidate c1 1', 'candidate c2 1', 'candidate c3 1', 'candidate c4 1'])
})

test('what was asked first counts, and nothing is asked twice', async () => {
  const { asked, table, error } = await run(async ({ id }) => detail(id === 'c1' ? 'checkFailed' : 'scored'))
  assert.equal(error, undefined)
  assert.deepEqual(asked.slice(0, 2), ['candidate c1 1', 'candidate c2 1'])
  assert.equal(asked.length, 160)
  assert.equal(new Set(asked).size, 160)
  assert.equal(table.cases.length, 40)
  assert.ok(table.cases.every(({ candidate, baseline }) => candidate.length === 2 && baseline.length === 2))
})

test('a suite whose first cases all fail is asked all the same', async () => {
  const { asked } = await run(async () => detail('modelError'))
  assert.equal(asked.length, 160)
})
