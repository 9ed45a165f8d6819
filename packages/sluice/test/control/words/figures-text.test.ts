import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evidenceWords } from '../../../src/control/words/figures-text.ts'

test('evidence is said as a chance, never rounded up, and with what rolls back', () => {
  const words = (eValue: number) => evidenceWords({ eValue, needed: 20 })
  assert.equal(words(12_000.9), 'as unlikely as 1 in 12,000 if it were no worse; 1 in 20 rolls it back')
  assert.equal(words(19.99), 'as unlikely as 1 in 19 if it were no worse; 1 in 20 rolls it back')
  assert.equal(words(1e300), 'less than 1 in 1,000,000 if it were no worse; 1 in 20 rolls it back')
  for (const little of [0, 0.3, 1, 1.99, Number.NaN])
    assert.equal(words(little), 'no evidence that it is worse; 1 in 20 rolls it back')
})
