import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Completion, ModelRequest } from '../../../src/core/providers/provider.ts'
import { ProviderError } from '../../../src/core/providers/provider-error.ts'
import type { Case } from '../../../src/core/suite/cases/case.ts'
import type { Prompt } from '../../../src/core/suite/prompt/prompt.ts'
import { createToolLoop } from '../../../src/gate/tools/tool-loop.ts'
import type { CallModule } from '../../../src/gate/tools/tool-module.ts'
import { callsOf } from '../../../src/records/answer-trace.ts'
import { ask } from '../../support/providers/model-call.ts'
import type { FakeCall, Said } from './agent-project.ts'

const order = { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] }
const tools = [
  { name: 'lookup', parameters: order },
  { name: 'refund', parameters: order },
]
const lookup: FakeCall = ['lookup', { order: '1182' }]

interface Played {
  mocks?: Case['mocks']
  ofPrompt?: Prompt['mocks']
  version?: Partial<Prompt>
  vars?: Record<string, unknown>
  callModule?: CallModule
}

const noModule: CallModule = () => Promise.reject(new Error('no module here'))

/** Plays what a model says, step by step; the last for ever. */
async function play(said: readonly Said[], { mocks = [], ofPrompt = [], version = {}, ...played }: Played = {}) {
  const requests: ModelRequest[] = []
  const prompt = { tools, strict: true, file: 'agent.prompt.yml', mocks: ofPrompt } as Partial<Prompt> as Prompt
  const testCase = { id: 'c', vars: played.vars ?? {}, mocks } as Partial<Case> as Case
  const loop = createToolLoop({
    version: { ...prompt, ...version },
    measure: prompt,
    callModule: played.callModule ?? noModule,
    signal: new AbortController().signal,
  })
  const { toolChoice } = version
  const messages = [{ role: 'user' as const, content: 'Where is it?' }]
  const request = { ...ask('local:m'), messages, ...(toolChoice && { toolChoice }) }
  const answer = await loop(request, testCase, 1, async (asked) => {
    requests.push(asked)
    return completionOf(said[Math.min(requests.length, said.length) - 1] ?? '', requests.length)
  })
  return { answer, requests, calls: callsOf(answer.trace?.trajectory ?? { messages: [] }) }
}

function completionOf(said: Said, step: number): Completion {
  const answer = { usage: { inputTokens: 10, outputTokens: 2 }, costUsd: 0.5, latencyMs: 100, warnings: [] }
  if (typeof said === 'string') return { ...answer, output: said, finishReason: 'stop' }
  const parts = said.map(([name, args], index) => ({
    type: 'call' as const,
    id: `${step}-${index}`,
    name,
    input: typeof args === 'string' ? args : JSON.stringify(args),
  }))
  return { ...answer, output: '', finishReason: 'tools', step: parts }
}

const missing = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ProviderError)
  assert.equal(error.kind, 'mock-missing')
  assert.match(error.message, message)
  return true
}

test('cost, tokens and time of an answer are the sums of all messages', async () => {
  const { answer } = await play([[lookup], [lookup], 'It is late.'], { mocks: [{ tool: 'lookup', result: 'late' }] })
  assert.equal(answer.output, 'It is late.')
  assert.deepEqual(answer.usage, { inputTokens: 30, outputTokens: 6 })
  assert.deepEqual([answer.costUsd, answer.latencyMs], [1.5, 300])
})

test('calls of one message are answered together, in their order', async () => {
  const both: FakeCall[] = [lookup, ['refund', { order: '1182' }]]
  const { requests, answer } = await play([both, 'Done.'], {
    mocks: [
      { tool: 'refund', error: 'too late' },
      { tool: 'lookup', result: { status: 'late' } },
    ],
  })
  assert.deepEqual(requests[1]?.messages.slice(2), [
    { role: 'tool', callId: '1-0', tool: 'lookup', content: '{"status":"late"}', isError: false },
    { role: 'tool', callId: '1-1', tool: 'refund', content: 'too late', isError: true },
  ])
  assert.deepEqual(
    answer.trace?.trajectory?.messages.map(({ role, calls }) => [role, calls.length]),
    [
      ['user', 0],
      ['assistant', 2],
      ['assistant', 0],
    ],
  )
})

test('what a runtime would refuse is told to the model as an error, and stays in the trajectory', async () => {
  const wrong: FakeCall[] = [
    ['lookup', '{"order": '],
    ['lookup', { order: 1182 }],
    ['Lookup', { order: '1182' }],
  ]
  const { requests, calls } = await play([wrong, 'Sorry.'], { mocks: [{ tool: 'lookup', result: 'late' }] })
  assert.deepEqual(
    calls.map(({ error }) => error),
    [
      'the arguments are no JSON',
      'the arguments do not meet the schema of lookup: /order must be string',
      'there is no tool "Lookup"; the tools are lookup, refund',
    ],
  )
  assert.equal(calls[0]?.unreadable, '{"order": ')
  const results = requests[1]?.messages.slice(2).map((message) => 'isError' in message && message.isError)
  assert.deepEqual(results, [true, true, true])
})

test('a call that no mock answers has no score, and says what the nearest mock wants', async () => {
  const mocks = [
    { tool: 'lookup', args: { order: '7', shop: 'b' }, result: 1 },
    { tool: 'lookup', args: { order: '{{order}}' }, result: 2 },
  ]
  const call = play([[lookup], 'x'], { mocks, vars: { order: '1183' } })
  const wanted =
    /^no mock answers this call of lookup\ncalled with \{"order":"1182"\}: the nearest, mock 2 of the case, has order: "1183", and the call "1182"$/
  await assert.rejects(call, missing(wanted))
  const other = play([[['refund', { order: '1' }]]], { mocks, vars: { order: '1' } })
  await assert.rejects(other, missing(/there is none for this tool, in the case or in agent.prompt.yml$/))
})

test('a mock with times is used up, and the next one that fits answers', async () => {
  const mocks = [
    { tool: 'lookup', result: 'first', times: 1 },
    { tool: 'lookup', result: 'then', times: 1 },
  ]
  const { calls } = await play([[lookup], [lookup], 'x'], { mocks })
  assert.deepEqual(
    calls.map(({ result }) => result),
    ['first', 'then'],
  )
  await assert.rejects(play([[lookup, lookup, lookup]], { mocks }), missing(/used 1 time \(times: 1\)$/))
  const again = await play([[lookup, lookup, lookup], 'x'], { mocks: [{ tool: 'lookup', result: 'always' }] })
  assert.equal(again.calls.length, 3)
})

test('mocks of the case come before those of the prompt', async () => {
  const ofPrompt = [{ tool: 'lookup', result: 'prompt' }]
  assert.equal((await play([[lookup], 'x'], { ofPrompt })).calls[0]?.result, 'prompt')
  const both = await play([[lookup], 'x'], { ofPrompt, mocks: [{ tool: 'lookup', result: 'case' }] })
  assert.equal(both.calls[0]?.result, 'case')
})

test('exact refuses further arguments; partial takes them, also inside of objects', async () => {
  const call: FakeCall = ['lookup', { order: '1182', deep: { a: 1, b: [1, { c: 2 }] } }]
  const args = { deep: { b: [1, {}] } }
  assert.equal((await play([[call], 'x'], { mocks: [{ tool: 'lookup', args, result: 1 }] })).calls[0]?.result, 1)
  const exact = play([[call]], { mocks: [{ tool: 'lookup', args, match: 'exact', result: 1 }] })
  await assert.rejects(exact, missing(/has no deep\.b\[1\]\.c, and the call has 2$/))
  const longer = play([[call]], { mocks: [{ tool: 'lookup', args: { deep: { b: [1] } }, result: 1 }] })
  await assert.rejects(longer, missing(/has deep\.b: \[1\], and the call \[1,\{"c":2\}\]$/))
})

test('variables of the case are rendered; one alone keeps its type', async () => {
  const mocks = [{ tool: 'lookup', args: { order: '{{order}}' }, result: { text: 'No. {{order}}', days: '{{days}}' } }]
  const { calls } = await play([[lookup], 'x'], { mocks, vars: { order: '1182', days: 3 } })
  assert.deepEqual(calls[0]?.result, { text: 'No. 1182', days: 3 })
})

test('a model that still calls tools in its last step has not answered', async () => {
  const mocks = [{ tool: 'lookup', result: 1 }]
  const { answer, requests, calls } = await play([[lookup]], { mocks, version: { maxSteps: 3 } })
  assert.deepEqual([requests.length, answer.finishReason, answer.output], [3, 'steps', ''])
  assert.deepEqual(
    calls.map(({ result }) => result),
    [1, 1, null],
  )
  assert.equal((await play([[lookup]], { mocks })).requests.length, 10)
})

test('tool choice holds for the first step alone, since a forced call would never end', async () => {
  const version = { toolChoice: 'required' as const }
  const { requests } = await play([[lookup], 'x'], { mocks: [{ tool: 'lookup', result: 1 }], version })
  assert.deepEqual(
    requests.map(({ toolChoice }) => toolChoice),
    ['required', undefined],
  )
})

test('the tools are those of the version, the mocks those of the candidate', async () => {
  const version = { tools: [{ name: 'find', parameters: {} }], mocks: [{ tool: 'find', result: 'own' }] }
  const ofPrompt = [{ tool: 'find', result: 'shared' }]
  const { calls } = await play([[['find', {}], lookup], 'x'], { version, ofPrompt })
  assert.deepEqual(
    calls.map(({ result, error }) => result ?? error),
    ['shared', 'there is no tool "lookup"; the tools are find'],
  )
})

test('a recording that tells the way itself is taken at its word', async () => {
  const told = { trajectory: { messages: [{ role: 'assistant' as const, text: 'x', calls: [] }] } }
  const loop = createToolLoop({
    version: { tools, strict: true, file: 'f' } as Partial<Prompt> as Prompt,
    measure: { strict: true, file: 'f' } as Partial<Prompt> as Prompt,
    callModule: noModule,
    signal: new AbortController().signal,
  })
  const recorded: Completion = { output: 'x', usage: {}, finishReason: 'stop', warnings: [], trace: told }
  const request = { ...ask('local:m'), messages: [{ role: 'user' as const, content: 'q' }] }
  const answer = await loop(request, { id: 'c', vars: {} } as Partial<Case> as Case, 1, async () => recorded)
  assert.deepEqual(answer.trace, told)
  assert.equal('costUsd' in answer, false)
})
