import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canaryFault } from '../../../src/control/demo/canary-story.ts'

test('the fault of the canary follows the evidence: the further behind its course, the worse', () => {
  assert.ok(canaryFault(40, 1).loses > 0.5)
  assert.equal(canaryFault(40, 9).loses, 0, 'an alarm has come: no rollback soon after it')
  assert.ok(canaryFault(100, 7).loses > 0)
  assert.equal(canaryFault(100, 15).loses, 0, 'no rollback before two minutes have passed')
  assert.ok(canaryFault(600, 19).loses > 0.7, 'in the end it is rolled back, whoever looks')
})
