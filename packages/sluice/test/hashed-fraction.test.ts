import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashedFraction } from '../src/hashed-fraction.ts'

test('a text has its fraction in every version, since what was drawn by it is stored', () => {
  assert.equal(hashedFraction(''), 0xe3b0c44298fc / 2 ** 48)
  assert.equal(hashedFraction('abc'), 0xba7816bf8f01 / 2 ** 48)
})
