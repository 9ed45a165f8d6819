import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTrace } from '../../../src/core/trajectory/read-trace.ts'
import { callsOf, stepsOf, type Trajectory } from '../../../src/records/answer-trace.ts'

function read(spans: unknown): Trajectory {
  const trace = readTrace({ spans })
  assert.ok(trace?.trajectory, trace?.unread)
  return trace.trajectory
}

const named = (trajectory: Trajectory) => stepsOf(trajectory).map(({ calls }) => calls.map(({ name }) => name))
const said = (role: string, ...parts: object[]) => ({ role, parts })
const toolCall = (id: string, name: string, given: object) => ({ type: 'tool_call', id, name, arguments: given })

function chat(at: number, attributes: object, more: object = {}) {
  return {
    ...{ name: 'chat m', spanId: `c${at}`, parentSpanId: 'root' },
    ...{ startTimeUnixNano: String(at * 1e9), endTimeUnixNano: String(at * 1e9 + 5e8) },
    attributes: { 'gen_ai.operation.name': 'chat', ...attributes },
    ...more,
  }
}

function tool(at: number, name: string, attributes: object = {}, more: object = {}) {
  return {
    ...{ name: `execute_tool ${name}`, spanId: `t${at}${name}`, parentSpanId: 'root' },
    ...{ startTimeUnixNano: String(at * 1e9), endTimeUnixNano: String(at * 1e9 + 2.5e8) },
    attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name, ...attributes },
    ...more,
  }
}

test('spans of models and tools in any order: steps, arguments, results, errors, durations', () => {
  const user = said('user', { type: 'text', content: 'Refund 1182.' })
  const asked = said('assistant', toolCall('a', 'lookUp', { order: 1 }), toolCall('b', 'policy', {}))
  const trajectory = read([
    chat(4, {
      'gen_ai.input.messages': [user, asked, said('tool', { type: 'tool_call_response', id: 'a', response: 'other' })],
      'gen_ai.output.messages': [said('assistant', { type: 'text', content: 'Done.' })],
    }),
    tool(
      3,
      'policy',
      { 'gen_ai.tool.call.id': 'b', 'error.type': 'timeout' },
      { status: { code: 2, message: 'too slow' } },
    ),
    tool(2, 'lookUp', { 'gen_ai.tool.call.id': 'a', 'gen_ai.tool.call.result': '{"late":true}' }),
    chat(1, {
      'gen_ai.input.messages': JSON.stringify([said('system', { type: 'text', content: 'Help.' }), user]),
      'gen_ai.output.messages': JSON.stringify([asked]),
    }),
    {
      name: 'invoke_agent',
      spanId: 'root',
      attributes: { 'gen_ai.operation.name': 'invoke_agent' },
      startTimeUnixNano: '1',
    },
  ])
  assert.deepEqual(named(trajectory), [['lookUp', 'policy'], []])
  assert.deepEqual(trajectory.messages[0], { role: 'user', text: 'Refund 1182.', calls: [] })
  const [lookUp, policy] = callsOf(trajectory)
  assert.deepEqual([lookUp?.arguments, lookUp?.result, lookUp?.durationMs], [{ order: 1 }, { late: true }, 250])
  assert.equal(policy?.error, 'too slow')
  assert.deepEqual(
    trajectory.messages.map(({ text }) => text),
    ['Refund 1182.', null, 'Done.'],
  )
})

test('OTLP as JSON: typed attributes; without content the arguments are not known, which is not empty', () => {
  const attributes = [
    { key: 'gen_ai.operation.name', value: { stringValue: 'execute_tool' } },
    { key: 'gen_ai.tool.name', value: { stringValue: 'Refund' } },
  ]
  const trajectory = read({
    resourceSpans: [
      {
        scopeSpans: [
          { spans: [chat(1, { 'gen_ai.response.finish_reasons': ['tool_calls'] }), tool(2, 'x', {}, { attributes })] },
        ],
      },
    ],
  })
  const [call] = callsOf(trajectory)
  assert.deepEqual([call?.name, call?.arguments, call?.unreadable], ['Refund', null, undefined])
  assert.equal(stepsOf(trajectory).length, 1)
})

test('tools without the span of a model: those that overlap were called together', () => {
  assert.deepEqual(named(read([tool(1, 'a'), tool(1.1, 'b'), tool(2, 'c')])), [['a', 'b'], ['c']])
})

test('a span inside another of the same call tells of it again; an attempt that failed is no step', () => {
  const output = { 'gen_ai.output.messages': [said('assistant', toolCall('a', 'lookUp', {}))] }
  const trajectory = read([
    chat(1, {}, { status: { code: 'STATUS_CODE_ERROR' } }),
    chat(2, output),
    chat(2.1, output, { parentSpanId: 'c2' }),
    tool(3, 'lookUp', { 'gen_ai.tool.call.id': 'a' }),
    tool(3.1, 'lookUp', {}, { parentSpanId: 't3lookUp' }),
  ])
  assert.deepEqual(named(trajectory), [['lookUp']])
})

test('the older spans of the AI SDK, and times as the SDKs print them', () => {
  const trajectory = read([
    {
      name: 'ai.generateText.doGenerate',
      startTime: [1, 0],
      endTime: [2, 0],
      attributes: {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.response.text': 'Wait.',
        'ai.response.toolCalls': '[{"toolCallId":"a","toolName":"lookUp","input":{"order":1}}]',
      },
    },
    {
      name: 'ai.toolCall',
      start_time: '1970-01-01T00:00:03.000Z',
      end_time: '1970-01-01T00:00:03.040Z',
      attributes: { 'ai.toolCall.name': 'lookUp', 'ai.toolCall.id': 'a', 'ai.toolCall.result': '"late"' },
    },
  ])
  const [call] = callsOf(trajectory)
  assert.deepEqual([call?.arguments, call?.result, call?.durationMs], [{ order: 1 }, 'late', 40])
})

test('where nothing says whether tools were called, nothing is known', () => {
  const unread = (spans: unknown) => {
    const trace = readTrace({ spans })
    assert.equal(trace?.trajectory, undefined)
    return trace?.unread ?? ''
  }
  assert.match(unread([]), /^spans: there is no span of a model/)
  assert.match(unread([{ name: 'GET /', attributes: {} }]), /^spans: there is no span of a model/)
  assert.match(unread([chat(1, {})]), /^spans: the span "chat m" does not say whether it called tools/)
  assert.match(unread([chat(1, { 'gen_ai.output.messages': '[{"role":"assi' })]), /was it cut off/)
  assert.match(
    unread([chat(1, { 'gen_ai.output.messages': [said('assistant', { type: 'tool_x' })] })]),
    /^spans\.gen_ai\.output\.messages\.0: a part of the type "tool_x"/,
  )
  assert.deepEqual(named(read([chat(1, { 'gen_ai.response.finish_reasons': ['stop'] })])), [[]])
})
