import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTrace } from '../../../src/core/trajectory/read-trace.ts'
import { callsOf, stepsOf, type Trajectory } from '../../../src/records/answer-trace.ts'

const call = (id: string, name: string, args: string) => ({ id, type: 'function', function: { name, arguments: args } })

function read(messages: unknown): Trajectory {
  const trace = readTrace({ messages })
  assert.ok(trace?.trajectory, trace?.unread)
  return trace.trajectory
}

const unread = (messages: unknown) => {
  const trace = readTrace({ messages })
  assert.equal(trace?.trajectory, undefined)
  return trace?.unread ?? ''
}

const named = (trajectory: Trajectory) => stepsOf(trajectory).map(({ calls }) => calls.map(({ name }) => name))

test('messages of OpenAI: which calls were made together, arguments, results and errors', () => {
  const trajectory = read([
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
  ])
  const [first, second] = stepsOf(trajectory)
  assert.deepEqual(
    first?.calls.map(({ name, arguments: given, result, error }) => ({ name, given, result, error })),
    [
      { name: 'lookUp', given: { order: 1182 }, result: { state: 'late' }, error: null },
      { name: 'lookUp', given: { order: 1183 }, result: 'gone', error: 'no such order' },
    ],
  )
  assert.deepEqual([first?.text, second?.text, second?.calls], [null, 'It is late.', []])
  assert.deepEqual(trajectory.messages[0], { role: 'user', text: 'Where is 1182?', calls: [] })
})

test('results without an id go to the open calls in their order, and the old form of one call counts', () => {
  const trajectory = read([
    { role: 'assistant', tool_calls: [call('', 'a', ''), call('', 'b', '')] },
    { role: 'tool', tool_call_id: '', content: '1' },
    { role: 'tool', content: '2' },
    { role: 'assistant', content: null, function_call: { name: 'c', arguments: '{}' } },
    { role: 'function', name: 'c', content: 'null' },
  ])
  assert.deepEqual(
    callsOf(trajectory).map(({ name, result }) => [name, result]),
    [
      ['a', 1],
      ['b', 2],
      ['c', 'null'],
    ],
  )
})

test('items of the Responses API: one response is one step, also with a tool that the provider ran', () => {
  const trajectory = read([
    { role: 'user', content: 'Refund it.' },
    { type: 'reasoning', summary: [] },
    { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'lookUp', arguments: '{"order":1}' },
    { type: 'function_call', id: 'fc_2', call_id: 'b', name: 'policy', arguments: '{}' },
    { type: 'function_call_output', call_id: 'b', output: '{"days":30}' },
    { type: 'function_call_output', call_id: 'a', output: 'open' },
    { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { query: 'refunds' } },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] },
  ])
  assert.deepEqual(named(trajectory), [['lookUp', 'policy'], ['web_search']])
  const [lookUp, policy, search] = callsOf(trajectory)
  assert.deepEqual([lookUp?.result, policy?.result], ['open', { days: 30 }])
  assert.deepEqual(search?.arguments, { action: { query: 'refunds' } })
  assert.equal(stepsOf(trajectory)[1]?.text, 'Done.')
})

test('messages of the AI SDK and of Anthropic, with calls and results in their content', () => {
  const sdk = read([
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'One moment.' },
        { type: 'tool-call', toolCallId: 'a', toolName: 'lookUp', input: { order: 1 } },
      ],
    },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 'a', toolName: 'lookUp', output: { type: 'error-text', value: 'down' } },
      ],
    },
  ])
  assert.deepEqual([callsOf(sdk)[0]?.arguments, callsOf(sdk)[0]?.error], [{ order: 1 }, 'down'])
  const anthropic = read([
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'lookUp', input: { order: 1 } }] },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: '{"late":true}' }] }],
    },
  ])
  assert.deepEqual([callsOf(anthropic)[0]?.result, anthropic.messages.length], [{ late: true }, 1])
})

test('what may be a call and is not understood makes the list unreadable', () => {
  assert.match(unread([{ role: 'assistant', parts: [{ type: 'tool-refund' }] }]), /^messages\.0: "parts" is not read/)
  assert.match(unread([{ role: 'assistant', content: [{ type: 'tool-x' }] }]), /^messages\.0\.content\.0: .+ "tool-x"/)
  assert.match(unread([{ role: 'assistant' }]), /^messages\.0: has neither content nor tool_calls/)
  assert.match(
    unread([{ role: 'tool', tool_call_id: 'a', content: '' }]),
    /^messages\.0: .+ call "a", which is not there/,
  )
  assert.match(unread([{ type: 'item_reference', id: 'x' }]), /^messages\.0: refers to an item/)
  assert.match(unread([{ role: 'ai', content: '' }]), /^messages\.0: the role "ai" is unknown/)
})
