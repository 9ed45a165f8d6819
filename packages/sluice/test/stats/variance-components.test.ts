import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom, varianceComponents } from '../../src/stats/index.ts'

test('a balanced design gives the usual mean squares', () => {
  // Two cases of two answers of two votes. Mean squares: votes 0.5, answers 2, cases 50 (on 4, 2 and 1 degrees).
  const {
    case: between,
    answer,
    vote,
    within,
  } = varianceComponents([
    [
      [0, 1],
      [2, 3],
    ],
    [
      [6, 7],
      [6, 7],
    ],
  ])
  assert.equal(vote, 0.5)
  assert.equal(answer, (2 - 0.5) / 2)
  assert.equal(between, (50 - 2) / 4)
  assert.equal(within, 6 / 6)
})

test('the parts of an unbalanced simulation are found', () => {
  const random = seededRandom(20_261_126)
  const cases = Array.from({ length: 1500 }, (_, index) => {
    const ofCase = 0.3 * random.normal()
    return Array.from({ length: 2 + (index % 4) }, (_, answer) => {
      const ofAnswer = ofCase + 0.2 * random.normal()
      return Array.from({ length: 1 + ((index + answer) % 3) }, () => ofAnswer + 0.1 * random.normal())
    })
  })
  const { case: between, answer, vote } = varianceComponents(cases)
  assert.ok(between !== null && answer !== null && vote !== null)
  for (const [found, truth] of [
    [between, 0.09],
    [answer, 0.04],
    [vote, 0.01],
  ] as const) {
    assert.ok(Math.abs(found / truth - 1) < 0.12, `${found} for ${truth}`)
  }
})

test('what was not repeated is unknown, and not 0', () => {
  assert.deepEqual(varianceComponents([[[1]], [[0]]]), { case: null, answer: null, vote: null, within: null })
  const onlyAnswers = varianceComponents([
    [[1], [0]],
    [[1], [1]],
  ])
  assert.deepEqual([onlyAnswers.vote, onlyAnswers.answer, onlyAnswers.within], [null, null, 0.25])
})

test('judgements of other answers tell the votes from the answers', () => {
  const random = seededRandom(20_261_127)
  const drawn = (count: number, spread: number, center = 0) =>
    Array.from({ length: count }, () => center + spread * random.normal())
  const cases = Array.from({ length: 3000 }, () => drawn(2, 0.2).map((answer) => drawn(1, 0.1, answer)))
  const elsewhere = Array.from({ length: 1500 }, (_, index) => drawn(3, 0.1, index))
  const { answer, vote, within } = varianceComponents(cases, elsewhere)
  assert.ok(Math.abs((vote ?? 0) / 0.01 - 1) < 0.06 && Math.abs((answer ?? 0) / 0.04 - 1) < 0.12, `${vote} ${answer}`)
  assert.equal(within, varianceComponents(cases).within)
})
