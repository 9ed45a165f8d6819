import assert from 'node:assert/strict'
import { test } from 'node:test'
import { momentText } from '../../../src/control/words/moments.ts'

const newYear = Date.UTC(2027, 0, 1)
const hour = 3_600_000

test('the year of a moment is left out only where it is known to be the present one', () => {
  assert.equal(momentText(newYear - hour, newYear - 2 * hour), '31 Dec 23:00Z')
  assert.equal(momentText(newYear, newYear - hour), '1 Jan 2027 00:00Z', 'what is foretold beyond the turn of the year')
  assert.equal(momentText(newYear - hour, newYear), '31 Dec 2026 23:00Z', 'what was last year')
  assert.equal(momentText(newYear), '1 Jan 2027 00:00Z', 'where nobody says when it is read')
  assert.equal(momentText(9e99, newYear), '9e+99 ms')
})
