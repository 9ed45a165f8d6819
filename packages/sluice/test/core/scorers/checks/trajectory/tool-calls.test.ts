import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTrace } from '../../../../../src/core/trajectory/read-trace.ts'
import { aCase, runCheck } from '../../scoring.ts'
import { didCall, judged } from './reports.ts'

const refund = (order: unknown, more: object = {}) => ({ name: 'refund', arguments: { order, ...more } })

test('a tool was called, with arguments of which others may be there at any depth', async () => {
  const trace = didCall('look_up', refund(1182, { customer: { name: 'Ann', tier: 2 }, items: ['a', 'b'] }))
  const check = (args: object, more: object = {}) => judged({ toolCalled: { name: 'refund', args, ...more } }, trace)
  assert.deepEqual(await check({ order: 1182, customer: { tier: 2 } }), {
    score: 1,
    reason: '1 call of refund, the first is call 2 (step 2), as wanted',
  })
  assert.equal((await judged({ toolCalled: 'look_up' }, trace)).score, 1)
  for (const [args, message] of [
    [{ order: 1183 }, 'order: got 1182, expected 1183'],
    [{ order: '1182' }, 'order: got 1182, expected "1182"'],
    [{ customer: { tier: 3 } }, 'customer.tier: got 2, expected 3'],
    [{ customer: { name: 'ann' } }, 'customer.name: got "Ann", expected "ann" (they differ in case alone)'],
    [{ items: ['a'] }, 'items.1: got "b", expected no more than 1'],
    [{ items: ['b', 'a'] }, 'items.0: got "a", expected "b"'],
    [{ items: ['a', 'b', 'c'] }, 'items.2: got nothing, expected "c"'],
    [{ note: null }, 'note: got nothing, expected null'],
  ] as const) {
    const reason = `call 2 (step 2) refund: arguments differ at ${message}`
    assert.deepEqual(await check(args), { score: 0, reason })
  }
})

test('in the mode exact there are no other arguments, apart from those that are ignored', async () => {
  const trace = didCall(refund(7, { customer: { name: 'Ann', note: 'x' }, at: 'now' }))
  const check = (more: object) =>
    judged(
      { toolCalled: { name: 'refund', args: { order: 7, customer: { name: 'Ann' } }, mode: 'exact', ...more } },
      trace,
    )
  assert.match((await check({})).reason, /differ at customer\.note: got "x", expected nothing/)
  assert.match((await check({ ignore: ['at'] })).reason, /differ at customer\.note/)
  assert.equal((await check({ ignore: ['at', 'customer.note'] })).score, 1)
  const ignored = { toolCalled: { name: 'refund', args: { order: 8 }, ignore: ['order'] } }
  assert.equal((await judged(ignored, trace)).score, 1)
  const none = { toolCalled: { name: 'look_up', args: {}, mode: 'exact' } }
  assert.equal((await judged(none, didCall('look_up'))).score, 1)
  assert.equal((await judged(none, didCall({ name: 'look_up', arguments: { a: 1 } }))).score, 0)
})

test('each call counts: too many are as wrong as too few', async () => {
  const trace = didCall(refund(1), [refund(1), refund(2)])
  const check = (more: object) => judged({ toolCalled: { name: 'refund', ...more } }, trace)
  assert.equal((await check({ max: 3 })).score, 1)
  assert.deepEqual(await check({ max: 2 }), {
    score: 0,
    reason: 'call 3 (step 2): got refund, expected at most 2; there are 3 calls of refund that match',
  })
  assert.equal((await check({ args: { order: 1 }, min: 2, max: 2 })).score, 1)
  assert.deepEqual(await check({ args: { order: 1 }, min: 3 }), {
    score: 0,
    reason: 'call 3 (step 2) refund: arguments differ at order: got 2, expected 1; expected 3 calls of refund, got 2',
  })
  assert.equal((await check({ max: 0 })).score, 0)
  assert.equal((await judged({ toolCalled: { name: 'close', max: 0 } }, trace)).score, 1)
})

test('a tool that was never called is told with what was called', async () => {
  assert.deepEqual(await judged({ toolCalled: 'refund' }, didCall('look_up', 'close')), {
    score: 0,
    reason: 'expected refund, which was never called; called were look_up, close',
  })
  const { reason } = await judged({ toolCalled: 'refund' }, didCall('Refund'))
  assert.match(reason, /; call 1 \(step 1\) is Refund, which differs from refund in case alone$/)
})

test('an empty trajectory is a result, one that was not reported is none', async () => {
  const empty = readTrace({ toolCalls: [] })
  assert.deepEqual(await judged({ toolCalled: 'refund' }, empty), {
    score: 0,
    reason: 'expected refund, which was never called; nothing was called',
  })
  assert.equal((await judged({ noToolCalled: true }, empty)).score, 1)
  assert.equal((await judged({ noToolErrors: true }, empty)).score, 1)
  assert.equal((await judged({ maxSteps: 1 }, empty)).score, 1)
  for (const check of [
    { toolCalled: 'a' },
    { noToolCalled: true },
    { onlyTools: ['a'] },
    { maxSteps: 1 },
    { noToolErrors: true },
  ]) {
    const message = /case "late-order" has no trajectory.*has to answer \{"output": \.\.\., "messages"/
    await assert.rejects(judged(check, undefined), { name: 'CheckError', message })
    await assert.rejects(judged(check, readTrace({ state: {} })), { name: 'CheckError', message })
  }
  const unread = readTrace({ messages: [{ role: 'assistant', tool_calls: [{ id: 'a' }] }] })
  await assert.rejects(judged({ noToolCalled: true }, unread), { message: /cannot be read: "messages\.0\.tool_calls/ })
})

test('arguments that are no JSON never match, and the reason says so', async () => {
  const trace = didCall({ name: 'refund', arguments: '{"order": 1182' })
  const reason = 'call 1 (step 1) refund: its arguments are no JSON: "{\\"order\\": 1182"'
  for (const args of [{ order: 1182 }, {}]) {
    assert.deepEqual(await judged({ toolCalled: { name: 'refund', args } }, trace), { score: 0, reason })
  }
  assert.match((await judged({ toolCalled: 'refund' }, trace)).reason, /the arguments of call 1 \(step 1\) are no JSON/)
  assert.equal((await judged({ noToolCalled: 'refund' }, trace)).score, 0)
  assert.match(
    (await judged({ noToolErrors: true }, trace)).reason,
    /^call 1 \(step 1\) refund has arguments that are no JSON/,
  )
})

test('arguments that were not recorded are unknown, and not none', async () => {
  const call = { id: null, name: 'refund', arguments: null, result: 1, error: null, durationMs: null }
  const trace = { trajectory: { messages: [{ role: 'assistant' as const, text: null, calls: [call] }] } }
  const error = { name: 'CheckError', message: /arguments of call 1 \(step 1\) refund were not recorded/ }
  await assert.rejects(judged({ toolCalled: { name: 'refund', args: {}, max: 0 } }, trace), error)
  await assert.rejects(judged({ toolOrder: { steps: [{ name: 'refund', args: { a: 1 } }] } }, trace), error)
  assert.equal((await judged({ toolCalled: 'refund' }, trace)).score, 1)
})

test('variables of the case stand in arguments, as texts or as what they are', async () => {
  const vars = { order: 1182, name: 'Ann', tags: ['a', 'b'] }
  const passes = async (args: object, got: object) =>
    (await judged({ toolCalled: { name: 'refund', args } }, didCall({ name: 'refund', arguments: got }), { vars }))
      .score
  assert.equal(await passes({ order: '{{order}}' }, { order: 1182 }), 1)
  assert.equal(await passes({ order: '{{order}}' }, { order: '1182' }), 1)
  assert.equal(await passes({ order: '{{order}}' }, { order: 1183 }), 0)
  assert.equal(await passes({ note: 'for {{name}}' }, { note: 'for Ann' }), 1)
  assert.equal(await passes({ tags: '{{tags}}' }, { tags: ['a', 'b'] }), 1)
  const unknown = runCheck({ toolCalled: { name: 'refund', args: { a: '{{nmae}}' } } }, '', {
    case: aCase({ vars }),
    trace: didCall('refund'),
    deps: { strict: true },
  })
  await assert.rejects(unknown, { name: 'CheckError', message: /nmae/ })
})

test('numbers are compared exactly, and not at all where digits were lost', async () => {
  const check = (wanted: unknown) => ({ toolCalled: { name: 'refund', args: { order: wanted } } })
  assert.equal((await judged(check(0.3), didCall(refund(0.1 + 0.2)))).score, 0)
  assert.equal((await judged(check(0), didCall({ name: 'refund', arguments: '{"order": -0}' }))).score, 1)
  const long = didCall({ name: 'refund', arguments: '{"order": 12345678901234567891}' })
  await assert.rejects(judged(check(12345678901234567000), long), {
    name: 'CheckError',
    message: /more digits than are kept/,
  })
  assert.equal((await judged(check(7), long)).score, 0)
})

test('forbidden tools are named with their call', async () => {
  const trace = didCall('look_up', ['stock', 'delete_account'])
  assert.deepEqual(await judged({ noToolCalled: ['refund', 'delete_account'] }, trace), {
    score: 0,
    reason: 'call 3 (step 2): got delete_account, expected no call of refund, delete_account',
  })
  assert.match(
    (await judged({ noToolCalled: true }, trace)).reason,
    /^call 1 \(step 1\): got look_up, expected no call at all/,
  )
  const { score, reason } = await judged({ noToolCalled: 'Refund' }, didCall('refund'))
  assert.deepEqual([score, /differs from Refund in case alone/.test(reason)], [1, true])
  assert.deepEqual(await judged({ onlyTools: ['look_up', 'stock'] }, trace), {
    score: 0,
    reason: 'call 3 (step 2): got delete_account, expected only look_up, stock',
  })
  assert.equal((await judged({ onlyTools: ['look_up', 'stock', 'delete_account'] }, trace)).score, 1)
})

test('steps are counted, and the first too many is named', async () => {
  const trace = didCall('a', ['b', 'c'], 'd')
  assert.equal((await judged({ maxSteps: 3 }, trace)).score, 1)
  assert.deepEqual(await judged({ maxSteps: 2 }, trace), {
    score: 0,
    reason: '3 steps, at most 2 expected; the first too many is call 4 (step 3): got d',
  })
})

test('a call that failed is found however the failure is told', async () => {
  for (const failed of [
    { name: 'refund', error: 'timeout' },
    { name: 'refund', result: 'Error: no such order' },
    { name: 'refund', result: { error: 'no such order' } },
    { name: 'refund', result: { isError: true, content: [] } },
  ]) {
    const { score, reason } = await judged({ noToolErrors: true }, didCall('look_up', failed))
    assert.deepEqual([score, reason.startsWith('call 2 (step 2) refund failed: ')], [0, true], JSON.stringify(failed))
  }
  const fine = didCall({ name: 'refund', result: { error: null, ok: true } }, { name: 'a', result: 'No error: fine' })
  assert.equal((await judged({ noToolErrors: true }, fine)).score, 1)
})

test('a call of which nothing more is known has not gone well as far as is known', async () => {
  const open = readTrace({ toolCalls: [{ name: 'look_up', result: 1 }, { name: 'refund' }] })
  const message = /what came of call 2 \(step 2\) refund was not reported/
  await assert.rejects(judged({ noToolErrors: true }, open), { name: 'CheckError', message })
  const failed = readTrace({ toolCalls: [{ name: 'refund' }, { name: 'look_up', error: 'timeout' }] })
  assert.equal((await judged({ noToolErrors: true }, failed)).score, 0)
})
