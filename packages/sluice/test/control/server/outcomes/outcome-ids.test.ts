import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testPlane } from '../../../support/control-plane/control-plane.ts'

function outcome(id: string, more: object = {}) {
  return { id, feature: 'f', version: '0123456789ab', observedAt: '2026-11-24T09:00:00.000Z', ...more }
}

test('the same id counts once, in a batch and across batches', async () => {
  await using plane = await testPlane()
  const body = { outcomes: [outcome('a'), outcome('b'), outcome('a')] }
  const first = await plane.ask('POST /v1/outcomes', { as: 'client', body })
  assert.deepEqual([first.body.accepted, first.body.duplicates], [2, 1])
  const again = await plane.ask('POST /v1/outcomes', { as: 'client', body })
  assert.deepEqual([again.body.accepted, again.body.duplicates], [0, 3])
})

test('a token of one feature takes no id of another, whose outcome counts', async () => {
  await using plane = await testPlane()
  const [payments, toy] = [
    await plane.token('token-of-payments', { features: ['payments'] }),
    await plane.token('token-of-the-toy', { features: ['toy'] }),
  ]
  const send = (as: string, feature: string) =>
    plane.ask('POST /v1/outcomes', { as, body: { outcomes: [outcome('a', { feature }), outcome('b', { feature })] } })
  for (const [as, feature] of [
    [toy, 'toy'],
    [payments, 'payments'],
  ] as const) {
    const { body } = await send(as, feature)
    assert.deepEqual([body.accepted, body.duplicates, body.rejected], [2, 0, []])
  }
  assert.equal((await send(payments, 'payments')).body.duplicates, 2)
  assert.equal((await plane.store.entry({ feature: 'payments', id: 'a' }))?.tokenId, 'id-token-of-payments')
})

test('an outcome whose id another token has used for something else is rejected, counted and logged by both tokens', async () => {
  await using plane = await testPlane()
  const [first, second] = [await plane.token('the-first-token', {}), await plane.token('the-other-token', {})]
  const send = async (as: string, ...outcomes: object[]) =>
    (await plane.ask('POST /v1/outcomes', { as, body: { outcomes } })).body
  await send(first, outcome('a'), outcome('b'), outcome('rating', { kind: 'feedback', of: 'a', score: 1 }))
  plane.clock.advance(1000)
  const answer = await send(
    second,
    outcome('bad', { arm: 'both' }),
    outcome('a', { error: 'TimeoutError' }),
    outcome('b'),
    outcome('c'),
    outcome('rating', { kind: 'feedback', of: 'b', score: 1 }),
  )
  assert.deepEqual([answer.accepted, answer.duplicates], [1, 1])
  assert.deepEqual(
    answer.rejected.map(({ index, code }: { index: number; code: string }) => [index, code]),
    [
      [0, 'invalid-outcome'],
      [1, 'id-taken'],
      [4, 'id-taken'],
    ],
  )
  const counted = 'outcome_ids_taken_total{feature="f",token="id-the-other-token",held_by="id-the-first-token"} 2'
  assert.ok((await plane.ask('GET /metrics', { as: 'operator' })).body.includes(counted))
  assert.match(plane.logged(), /"token":"id-the-other-token","held_by":"id-the-first-token","outcomes":2,"first":"a"/)
  assert.equal((await send(first, outcome('a'))).duplicates, 1)
})

test('nothing is reported under the id that the score of a request will have', async () => {
  await using plane = await testPlane()
  const outcomes = [outcome('a'), outcome('a:score'), outcome('a:score', { kind: 'feedback', of: 'a:score', score: 1 })]
  const { body } = await plane.ask('POST /v1/outcomes', { as: 'client', body: { outcomes } })
  assert.deepEqual([body.accepted, body.rejected.length], [1, 2])
  assert.match(body.rejected[0].message, /^\/id must not end with :score/)
})
