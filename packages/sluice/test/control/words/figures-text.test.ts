import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evidenceWords } from '../../../src/control/words/figures-text.ts'

test('evidence is said as a chance, never rounded up, and with what rolls back', () => {
  const words = (eValue: number) => evidenceWords({ eValue, needed: 20 })
  assert.equal(words(12_000.9), 'as unlikely as 1 in 12,000 if it were no worse; at 1 in 20 it is rolled back')
  assert.equal(words(19.99), 'as unlikely as 1 in 19 if it were no worse; at 1 in 20 it is rolled back')
  assert.equal(words(1e300), 'as unlikely as 1 in 10³⁰⁰ if it were no worse; at 1 in 20 it is rolled back')
  for (const little of [0, 0.3, 1, 1.99])
    assert.equal(words(little), 'no evidence that it is worse; at 1 in 20 it is rolled back')
})
