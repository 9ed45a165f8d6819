import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTrace } from '../../../src/core/trajectory/read-trace.ts'
import { callsOf, stepsOf } from '../../../src/records/answer-trace.ts'

const call = (id: string, name: string, args: string) => ({ id, type: 'function', function: { name, arguments: args } })

test('messages of OpenAI: which calls were made together, arguments, results and errors', () => {
  const trace = readTrace({
    output: 'Done.',
    messages: [
      { role: 'system', content: 'Help.' },
      { role: 'user', content: [{ type: 'text', text: 'Where is 1182?' }] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [call('a', 'lookUp', '{"order": 1182}'), call('b', 'lookUp', '{"order": 1183}')],
      },
      { role: 'tool', tool_call_id: 'b', content: 'gone', error: 'no such order' },
      { role: 'tool', tool_call_id: 'a', content: '{"state": "late"}' },
      { role: 'assistant', content: 'It is late.' },
    ],
  })
  assert.ok(trace?.trajectory)
  const [first, second] = stepsOf(trace.trajectory)
  assert.deepEqual(
    first?.calls.map(({ name, arguments: given, result, error }) => ({ name, given, result, error })),
    [
      { name: 'lookUp', given: { order: 1182 }, result: { state: 'late' }, error: null },
      { name: 'lookUp', given: { order: 1183 }, result: 'gone', error: 'no such order' },
    ],
  )
  assert.deepEqual([first?.text, second?.text, second?.calls], [null, 'It is late.', []])
  assert.deepEqual(trace.trajectory.messages[0], { role: 'user', text: 'Where is 1182?', calls: [] })
})

test('a bare list of calls, each a step of its own; arguments that are no JSON are kept as they are', () => {
  const trace = readTrace({ toolCalls: [{ name: 'a', arguments: '{"x": 1' }, { name: 'b' }] })
  assert.ok(trace?.trajectory)
  assert.equal(stepsOf(trace.trajectory).length, 2)
  const [a, b] = callsOf(trace.trajectory)
  assert.deepEqual([a?.arguments, a?.unreadable], [null, '{"x": 1'])
  assert.deepEqual([b?.arguments, b?.unreadable], [{}, undefined])
})

test('documents by their ids or with texts, and a state that is null', () => {
  const trace = readTrace({ retrieved: ['a', { id: 'b', text: 'B' }, { text: 'C' }], state: null })
  assert.deepEqual(trace, {
    retrieved: [
      { id: 'a', text: null },
      { id: 'b', text: 'B' },
      { id: null, text: 'C' },
    ],
    endState: null,
  })
  assert.equal(readTrace({ output: 'x' }), undefined)
})

test('a part that cannot be read is named and left out; the others count', () => {
  const trace = readTrace({ messages: [{ role: 'assistant', tool_calls: [{}] }], retrieved: 'all', state: 1 })
  assert.equal(trace?.trajectory, undefined)
  assert.equal(trace?.endState, 1)
  assert.match(trace?.unread ?? '', /^messages\.0\.tool_calls\.0\.function: .+; retrieved: .+/)
})
