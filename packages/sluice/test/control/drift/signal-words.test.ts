import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitText, valuesApart, valueText } from '../../../src/control/drift/signal-words.ts'

test('a value of the drift watch has its unit: only the score is a number, all else are shares of requests', () => {
  const lately = { count: 113, mean: 0.106, usual: 0.1 }
  assert.equal(
    valueText('score', { count: 1, mean: 0.9, usual: 0.95 }),
    '0.900 (last 1 judged answer, within 24 hours), usually 0.950',
  )
  assert.equal(
    valueText('latency', lately),
    '10.6 % of requests above the usual 90th percentile (last 113 requests, within 24 hours), usually 10.0 %',
  )
  assert.match(valueText('length', lately), /^10\.6 % of answers above the usual median \(/)
  assert.match(valueText('errors', lately), /^10\.6 % of requests \(/)
  assert.deepEqual(valuesApart('errors', 0.00012, 0.00004), ['0.01 %', '0.00 %'])
  assert.deepEqual(valuesApart('score', 0.00012, 0.00004), ['0.0001', '0.0000'])
})

test('a limit says in which direction a signal drifts, and is in points where the signal is a share', () => {
  assert.equal(limitText('score', 'less', 0.1), 'drops of less than 0.100')
  assert.equal(limitText('latency', 'more', 0.03), 'rises of more than 3 points')
  assert.equal(limitText('cost', 'more', 0.04), 'changes of more than 4 points')
})
