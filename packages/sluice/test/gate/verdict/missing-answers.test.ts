import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CaseScores } from '../../../src/gate/run/score-table.ts'
import { gateCases } from '../../../src/gate/verdict/decide-by-rounds.ts'

const missingOf = (candidate: CaseScores['candidate'], baseline: CaseScores['baseline'], hasBaseline = true) =>
  gateCases(
    [
      {
        id: 'a',
        weight: 1,
        cluster: undefined,
        tags: [],
        critical: false,
        candidate,
        baseline,
        state: 'scored',
        baselineState: 'scored',
      },
    ],
    hasBaseline,
  )[0]?.missing

test('an answer is missing where the candidate has no score and the baseline has, or was not asked', () => {
  assert.equal(missingOf([1, undefined, 1], [1, 1, 1]), 1)
  assert.equal(missingOf([1, undefined], [1, undefined]), 0)
  assert.equal(missingOf([], [1, 1]), 2)
  assert.equal(missingOf([1, 1, undefined], [1]), 1)
  assert.equal(missingOf([1, undefined], [], false), 1)
  assert.equal(missingOf([1, 1], [undefined, 1]), 0)
})
