import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTrace } from '../../../../../src/core/trajectory/read-trace.ts'
import { didCall, judged } from './reports.ts'

const order = (steps: unknown[], mode?: string) => ({ toolOrder: { steps, ...(mode && { mode }) } })
const look = (id: number) => ({ name: 'look_up', arguments: { id } })

test('in order: other calls may be between, and the first that came too early is named', async () => {
  const steps = ['look_up', 'refund']
  assert.equal((await judged(order(steps), didCall('greet', 'look_up', 'stock', 'refund', 'close'))).score, 1)
  assert.deepEqual(await judged(order(steps), didCall('refund', 'look_up')), {
    score: 0,
    reason:
      'call 1 (step 1): got refund, expected look_up (1 of 2); refund (2 of 2) was not called after call 2 (step 2)',
  })
  assert.deepEqual(await judged(order(steps), didCall('look_up', 'close')), {
    score: 0,
    reason:
      'call 2 (step 2): got close, expected refund (2 of 2); refund (2 of 2) was not called after call 1 (step 1)',
  })
  assert.deepEqual(await judged(order(steps), didCall('look_up')), {
    score: 0,
    reason: 'refund (2 of 2) was not called after call 1 (step 1); nothing more was called',
  })
  assert.match(
    (await judged(order(steps), didCall())).reason,
    /^look_up \(1 of 2\) was not called; nothing was called$/,
  )
})

test('in order: what is called together does not follow one from the other', async () => {
  const together = didCall(['look_up', 'refund'])
  const { score, reason } = await judged(order(['look_up', 'refund']), together)
  assert.equal(score, 0)
  assert.match(reason, /^call 2 \(step 1\): got refund together with look_up \(1 of 2\), before its result was known/)
  assert.equal((await judged(order([['refund', 'look_up']]), together)).score, 1)
  assert.equal((await judged(order([['refund', 'look_up']]), didCall('look_up', 'refund'))).score, 0)
})

test('in order: arguments are told where they differ', async () => {
  const steps = [{ name: 'look_up', args: { id: 2 } }, 'refund']
  assert.match(
    (await judged(order(steps), didCall(look(1), 'refund'))).reason,
    /^call 1 \(step 1\) look_up: arguments differ at id: got 1, expected 2; look_up \(1 of 2\) was not called/,
  )
  assert.equal((await judged(order(steps), didCall(look(1), look(2), 'refund'))).score, 1)
})

test('exact: one call more, less or other is a failure, whose place is named', async () => {
  const check = (...calls: Parameters<typeof didCall>) =>
    judged(order(['look_up', ['stock', 'price'], 'refund'], 'exact'), didCall(...calls))
  assert.equal((await check('look_up', ['price', 'stock'], 'refund')).score, 1)
  for (const [calls, reason] of [
    [
      ['look_up', ['price', 'stock'], 'refund', 'delete_database'],
      'call 5 (step 4): got delete_database, expected no more calls',
    ],
    [['look_up', ['price', 'stock']], 'expected refund (3 of 3) after call 3 (step 2), and nothing more was called'],
    [['refund'], 'call 1 (step 1): got refund, expected look_up (1 of 3)'],
    [
      ['look_up', 'stock', 'price', 'refund'],
      'call 2 (step 2): got stock, expected price in the same message: stock and price together (2 of 3)',
    ],
    [[['look_up', 'close']], 'call 2 (step 1): got close in the same message, expected look_up (1 of 3) alone'],
    [[], 'expected look_up (1 of 3), and nothing more was called'],
  ] satisfies [Parameters<typeof didCall>, string][]) {
    assert.deepEqual(await check(...calls), { score: 0, reason })
  }
})

test('exact: a message without calls is no step of the order', async () => {
  const trace = didCall('look_up', [], 'refund')
  assert.equal((await judged(order(['look_up', 'refund'], 'exact'), trace)).score, 1)
})

test('any order: each step has a call of its own, and lists stay together', async () => {
  const one = { name: 'look_up', args: { id: 1 } }
  assert.equal((await judged(order(['look_up', one], 'anyOrder'), didCall(look(1), look(2)))).score, 1)
  const { score, reason } = await judged(order(['look_up', 'look_up'], 'anyOrder'), didCall(look(1), 'refund'))
  assert.equal(score, 0)
  assert.match(
    reason,
    /^expected 2 calls of look_up, got 1; called were look_up, refund; look_up \(2 of 2\) is lacking/,
  )
  const pair = order(['refund', ['look_up', 'stock']], 'anyOrder')
  assert.equal((await judged(pair, didCall(['stock', 'look_up', 'refund']))).score, 1)
  assert.match(
    (await judged(pair, didCall('look_up', 'stock', 'refund'))).reason,
    /^call 1 \(step 1\): got look_up by itself, expected look_up and stock together \(2 of 2\) in one message/,
  )
  const first = didCall([look(1), 'stock'], [look(2), 'stock'])
  const narrow = order(
    [
      ['look_up', 'stock'],
      [one, 'stock'],
    ],
    'anyOrder',
  )
  assert.equal((await judged(narrow, first)).score, 1, 'the first list has to leave the first message to the second')
})

test('any order: what would take too long to find out is an error, and no score', async () => {
  const steps = [...Array.from({ length: 4 }, () => ['look_up', 'stock']), 'refund']
  const trace = didCall(...Array.from({ length: 20 }, () => ['look_up', 'stock']))
  await assert.rejects(judged(order(steps, 'anyOrder'), trace), { name: 'CheckError', message: /too many ways/ })
})

test('a name that differs in case alone is no match, and is named', async () => {
  for (const mode of ['inOrder', 'exact', 'anyOrder']) {
    const { score, reason } = await judged(order(['look_up'], mode), didCall('Look_Up'))
    assert.deepEqual([score, /is Look_Up, which differs from look_up in case alone$/.test(reason)], [0, true], mode)
  }
})

test('a trajectory of 10,000 steps is compared in every mode', async () => {
  const many = Array.from({ length: 10_000 }, (_, id) => look(id))
  const trace = readTrace({ toolCalls: [...many, { name: 'refund' }] }) ?? {}
  const last = [{ name: 'look_up', args: { id: 9_999 } }, 'refund']
  assert.equal((await judged(order(last), trace)).score, 1)
  assert.equal((await judged(order(last, 'anyOrder'), trace)).score, 1)
  assert.match((await judged(order(last, 'exact'), trace)).reason, /^call 1 \(step 1\) look_up: arguments differ at id/)
  assert.match((await judged({ maxSteps: 10_000 }, trace)).reason, /call 10001 \(step 10001\): got refund/)
})
