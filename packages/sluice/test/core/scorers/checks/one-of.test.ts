import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCheck, scoreOf } from '../scoring.ts'
import { didCall, judged } from './trajectory/reports.ts'

test('the best whole alternative counts, never pieces of two', async () => {
  const oneOf = [
    [{ toolCalled: 'look_up' }, { toolCalled: 'refund' }],
    [{ toolCalled: 'escalate' }, { noToolCalled: 'refund' }],
  ]
  assert.deepEqual(await judged({ oneOf }, didCall('look_up', 'refund')), {
    score: 1,
    reason: 'alternative 1 of 2 is met',
  })
  assert.equal((await judged({ oneOf }, didCall('escalate'))).score, 1)
  const half = await judged({ oneOf }, didCall('look_up'))
  assert.equal(half.score, 0.5)
  assert.equal(
    half.reason,
    'none of 2 alternatives is met; the best is alternative 1; ' +
      'alternative 1: toolCalled {"name":"refund"}: expected refund, which was never called; called were look_up; ' +
      'alternative 2: toolCalled {"name":"escalate"}: expected escalate, which was never called; called were look_up',
  )
})

test('weights and must count within an alternative', async () => {
  const check = {
    oneOf: [
      [{ contains: 'a', weight: 3 }, { contains: 'b' }],
      [
        { contains: 'c', must: true },
        { contains: 'd', weight: 9 },
      ],
    ],
  }
  assert.equal(await scoreOf(check, 'a'), 0.75)
  assert.equal(await scoreOf(check, 'd'), 0, 'its must fails')
  assert.equal(await scoreOf(check, 'c d'), 1)
  assert.equal(await scoreOf({ oneOf: [[{ contains: 'a', must: true, weight: 0 }], [{ contains: 'b' }]] }, 'a'), 1)
})

test('an alternative that cannot be evaluated leaves the best unknown, unless another is met in full', async () => {
  const oneOf = [[{ state: { path: '$.done', equals: true } }], [{ contains: 'paid' }]]
  assert.equal((await runCheck({ oneOf }, 'It is paid.')).score, 1)
  const unknown = { name: 'CheckError', message: /^alternative 1 of 2: state: case "late-order" has no end state/ }
  await assert.rejects(runCheck({ oneOf }, 'It is late.'), unknown)
})
