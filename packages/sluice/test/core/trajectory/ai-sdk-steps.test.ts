import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTrace } from '../../../src/core/trajectory/read-trace.ts'
import { callsOf, stepsOf, type Trajectory } from '../../../src/records/answer-trace.ts'

function read(steps: unknown): Trajectory {
  const trace = readTrace({ steps })
  assert.ok(trace?.trajectory, trace?.unread)
  return trace.trajectory
}

const content = [
  { type: 'text', text: 'One moment.' },
  { type: 'tool-call', toolCallId: 'a', toolName: 'lookUp', input: { order: 1 } },
  { type: 'tool-call', toolCallId: 'b', toolName: 'refund', input: 'no json', invalid: true },
  { type: 'tool-result', toolCallId: 'a', toolName: 'lookUp', output: null, preliminary: true },
  { type: 'tool-result', toolCallId: 'a', toolName: 'lookUp', output: { late: true } },
  { type: 'tool-error', toolCallId: 'b', toolName: 'refund', error: new Error('not allowed') },
]

/** As the AI SDK makes it: what is derived from the content are getters, which JSON leaves out. */
class Step {
  readonly content = content
  readonly performance = { toolExecutionMs: { a: 12 } }
  get text() {
    return 'One moment.'
  }
  get toolCalls() {
    return content.filter(({ type }) => type === 'tool-call')
  }
  get toolResults() {
    return content.filter(({ type }) => type === 'tool-result')
  }
}

test('a step of the AI SDK, as the object and as its JSON: calls made together, results, errors, durations', () => {
  for (const steps of [[new Step()], JSON.parse(JSON.stringify([new Step()])) as unknown]) {
    const trajectory = read(steps)
    assert.equal(stepsOf(trajectory).length, 1)
    assert.equal(stepsOf(trajectory)[0]?.text, 'One moment.')
    const [lookUp, refund, ...more] = callsOf(trajectory)
    assert.deepEqual([lookUp?.result, lookUp?.error, lookUp?.durationMs], [{ late: true }, null, 12])
    assert.deepEqual([refund?.arguments, refund?.unreadable], [null, 'no json'])
    assert.equal(more.length, 0)
  }
  assert.equal(callsOf(read([new Step()]))[1]?.error, 'not allowed')
  const fromJson = callsOf(read(JSON.parse(JSON.stringify([new Step()])) as unknown))[1]
  assert.equal(fromJson?.error, 'failed, without a message', 'an error loses its message in JSON, and stays one')
})

test('steps of version 4, and calls that only the list has', () => {
  const trajectory = read([
    {
      text: '',
      toolCalls: [{ toolCallId: 'a', toolName: 'lookUp', args: { order: 1 } }],
      toolResults: [{ toolCallId: 'a', toolName: 'lookUp', args: { order: 1 }, result: 'late' }],
    },
    { text: 'It is late.', content: [], toolCalls: [{ toolCallId: 'b', toolName: 'close', args: {} }] },
  ])
  assert.deepEqual(
    callsOf(trajectory).map(({ name, arguments: given, result }) => [name, given, result]),
    [
      ['lookUp', { order: 1 }, 'late'],
      ['close', {}, null],
    ],
  )
})

test('a step of which the calls are not known makes them unreadable', () => {
  assert.match(readTrace({ steps: [{ text: 'Hello' }] })?.unread ?? '', /^steps\.0: has neither content nor toolCalls/)
  assert.match(
    readTrace({ steps: [{ content: [{ type: 'tool-result', toolCallId: 'x', output: 1 }] }] })?.unread ?? '',
    /^steps\.0: .+ call "x", which is not there/,
  )
})
