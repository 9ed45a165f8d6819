import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Case } from '../../../src/core/suite/cases/case.ts'
import { coverageOf, coveredShare } from '../../../src/gate/run/coverage.ts'
import { createScoreTable, scoredRepeats } from '../../../src/gate/run/score-table.ts'

const testCase = (id: string): Case => ({
  id,
  vars: {},
  checks: [],
  rubric: [],
  tags: ['core'],
  weight: 1,
  critical: false,
  line: 1,
})

test('the table is the same whatever the order of arrival', () => {
  const events = [
    [1, 0.1],
    [2, undefined],
    [3, 0.3],
  ] as const
  const tables = [events, events.toReversed()].map((order) => {
    const table = createScoreTable()
    table.add(0, testCase('a'))
    for (const [repeat, score] of order) {
      table.record(0, 'candidate', repeat, score === undefined ? 'modelError' : 'scored', score)
    }
    return table.cases
  })
  assert.deepEqual(tables[0], tables[1])
  assert.deepEqual(tables[0]?.[0]?.candidate, [0.1, undefined, 0.3])
  assert.deepEqual(scoredRepeats(tables[0]?.[0]?.candidate ?? []), [0.1, 0.3])
})

test('a case is shown in the best state that a repeat reached, and an error never has a score', () => {
  const table = createScoreTable()
  for (const [position, id] of ['a', 'b', 'c', 'd'].entries()) table.add(position, testCase(id))
  table.record(0, 'candidate', 1, 'modelError', undefined)
  table.record(0, 'candidate', 2, 'scored', 0.5)
  table.record(1, 'candidate', 1, 'checkFailed', 0)
  table.record(2, 'candidate', 1, 'judgeError', undefined)
  table.record(3, 'candidate', 1, 'budgetStopped', undefined)
  const coverage = coverageOf(table.cases, 'candidate')
  assert.deepEqual(coverage, {
    cases: 4,
    scored: 1,
    checkFailed: 1,
    modelError: 0,
    refused: 0,
    truncated: 0,
    noText: 0,
    judgeError: 1,
    checkError: 0,
    abstained: 0,
    budgetStopped: 1,
    mockMissing: 0,
    simulatorError: 0,
    answers: 5,
    answersScored: 2,
  })
  assert.equal(coveredShare(coverage), 0.5)
  assert.equal(coveredShare(coverageOf([], 'candidate')), undefined)
})

test('equal tags of different cases are held once', () => {
  const table = createScoreTable()
  table.add(0, testCase('a'))
  table.add(1, testCase('b'))
  assert.equal(table.cases[0]?.tags, table.cases[1]?.tags)
})
