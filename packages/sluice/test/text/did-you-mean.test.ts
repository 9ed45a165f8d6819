import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hint, suggest } from '../../src/text/did-you-mean.ts'

test('the nearest word is suggested, and none that is far off', () => {
  assert.equal(suggest('chekcs', ['choices', 'checks', 'name']), 'checks')
  assert.equal(suggest('Model', ['model', 'modelParameters']), 'model')
  assert.equal(suggest('scroe', ['score', 'source']), 'score')
  assert.equal(suggest('banana', ['checks', 'name']), undefined)
  assert.equal(suggest('x', ['y']), undefined)
})

test('a hint suggests, or else lists what there is', () => {
  assert.equal(hint('chekcs', ['checks']), '; did you mean "checks"?')
  assert.equal(hint('banana', ['a', 'b']), '; known: a, b')
  assert.equal(hint('banana', []), '')
})
