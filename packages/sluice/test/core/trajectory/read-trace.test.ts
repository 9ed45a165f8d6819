import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTrace } from '../../../src/core/trajectory/read-trace.ts'
import { callsOf, stepsOf } from '../../../src/records/answer-trace.ts'

test('a bare list of calls, each a step of its own; arguments that are no JSON are kept as they are', () => {
  const trace = readTrace({
    toolCalls: [{ name: 'a', arguments: '{"x": 1' }, { name: 'b' }, { name: 'B', input: [1] }],
  })
  assert.ok(trace?.trajectory)
  assert.equal(stepsOf(trace.trajectory).length, 3)
  const [a, b, other] = callsOf(trace.trajectory)
  assert.deepEqual([a?.arguments, a?.unreadable], [null, '{"x": 1'])
  assert.deepEqual([b?.arguments, b?.unreadable], [{}, undefined])
  assert.deepEqual([other?.name, other?.arguments], ['B', [1]], 'a name is kept as it is written')
})

test('documents by their ids or with texts, ids twice as they are, and a state that is null', () => {
  const trace = readTrace({ retrieved: ['a', { id: 7, text: 'B', score: 0.5 }, { text: 'C' }, 'a'], state: null })
  assert.deepEqual(trace, {
    retrieved: [
      { id: 'a', text: null },
      { id: '7', text: 'B' },
      { id: null, text: 'C' },
      { id: 'a', text: null },
    ],
    endState: null,
  })
  assert.equal(readTrace({ output: 'x' }), undefined)
})

test('a part that cannot be read is named and left out; the others count', () => {
  const trace = readTrace({ messages: [{ role: 'assistant', tool_calls: [{}] }], retrieved: 'all', state: 1 })
  assert.equal(trace?.trajectory, undefined)
  assert.equal(trace?.endState, 1)
  assert.match(trace?.unread ?? '', /^messages\.0\.tool_calls\.0: a call needs the name of its tool; retrieved: .+/)
  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  assert.match(readTrace({ state: cyclic })?.unread ?? '', /^state: is no JSON/)
  assert.match(readTrace({ toolCalls: [{ name: 'a', arguments: 1n }] })?.unread ?? '', /^toolCalls: is no JSON/)
})

test('messages without one of the assistant do not say that it called nothing', () => {
  for (const messages of [[], [{ role: 'user', content: 'Where is my order?' }]]) {
    const trace = readTrace({ messages })
    assert.deepEqual([trace?.trajectory, /no message of the assistant/.test(trace?.unread ?? '')], [undefined, true])
  }
  assert.deepEqual(readTrace({ messages: [], toolCalls: [] })?.trajectory, { messages: [] })
})

test('of several trajectories the first counts, and none where another has a call that it lacks', () => {
  const steps = [
    { content: [], toolCalls: [{ toolCallId: '1', toolName: 'lookUp', input: {} }] },
    { content: [], toolCalls: [{ toolCallId: '2', toolName: 'close', input: {} }] },
  ]
  const agreed = readTrace({ steps, toolCalls: [{ toolCallId: '2', toolName: 'close', input: {} }] })
  assert.deepEqual(agreed?.trajectory && callsOf(agreed.trajectory).map(({ name }) => name), ['lookUp', 'close'])
  const contradicting = readTrace({ steps, toolCalls: [{ name: 'refund' }] })
  assert.equal(contradicting?.trajectory, undefined)
  assert.match(contradicting?.unread ?? '', /steps and toolCalls.+"refund"/)
  const other = readTrace({ messages: 'none', toolCalls: [{ name: 'close' }] })
  assert.equal(other?.trajectory && callsOf(other.trajectory)[0]?.name, 'close')
  assert.match(other?.unread ?? '', /^messages: /)
})

test('10,000 steps are read at once, and hostile names harm nothing', () => {
  const messages = Array.from({ length: 10_000 }, (_, index) => [
    {
      role: 'assistant',
      tool_calls: [{ id: 'same', function: { name: `t${index}`, arguments: '{"__proto__": {"x": 1}}' } }],
    },
    { role: 'tool', tool_call_id: 'same', content: `r${index}` },
  ]).flat()
  const trajectory = readTrace({ messages })?.trajectory
  assert.ok(trajectory)
  const calls = callsOf(trajectory)
  assert.equal(calls.length, 10_000)
  assert.ok(calls.every(({ name, result }) => String(result) === name.replace('t', 'r')))
  assert.equal(({} as { x?: number }).x, undefined)
})

test('what has thousands of levels is not looked at, and an id whose digits are lost is no id', () => {
  const deep = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown
  const [asValue, asText] = [deep(3000), '['.repeat(3000) + ']'.repeat(3000)]
  const read = readTrace({
    toolCalls: [
      { name: 'a', arguments: asValue },
      { name: 'b', arguments: asText },
    ],
  })
  const calls = read?.trajectory?.messages.flatMap((message) => message.calls) ?? []
  assert.deepEqual(
    calls.map((call) => [call.name, call.arguments, call.unreadable]),
    [
      ['a', null, 'a value of more than 200 levels'],
      ['b', null, asText],
    ],
  )
  const result = readTrace({ toolCalls: [{ name: 'a', result: asValue }], state: { a: asValue } })
  assert.deepEqual(Object.keys(result ?? {}), ['unread'])
  assert.match(result?.unread ?? '', /toolCalls: is nested deeper than 200 levels; state: is nested deeper than 200/)
  assert.ok(readTrace({ state: deep(150) })?.endState)
  const lost = readTrace(JSON.parse('{"retrieved": ["a", {"id": 12345678901234567890}]}'))
  assert.match(
    lost?.unread ?? '',
    /^retrieved\.1: the id 12345678901234567000 is a number of more digits than are kept/,
  )
  assert.deepEqual(
    readTrace({ retrieved: [7, { id: 1.5 }] })?.retrieved?.map(({ id }) => id),
    ['7', '1.5'],
  )
})
