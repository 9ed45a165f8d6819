import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Completion, ModelRequest, RequestMessage } from '../../../../src/core/providers/provider.ts'
import { ProviderError } from '../../../../src/core/providers/provider-error.ts'
import { createProviders } from '../../../../src/core/providers/registry.ts'
import { callParts } from '../../../../src/core/providers/step-part.ts'
import type { ProviderSettings } from '../../../../src/core/suite/config/config.ts'
import { faultServer, inTurn, json, type SeenRequest } from '../../../support/providers/fault-server.ts'
import { ask, contextOf, noFiles } from '../../../support/providers/model-call.ts'

const env = { ANTHROPIC_API_KEY: 'key-a', OPENAI_API_KEY: 'key-o', GOOGLE_GENERATIVE_AI_API_KEY: 'key-g' }
const parameters = { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] }
const tools = [
  { name: 'lookup', description: 'Finds an order.', parameters },
  { name: 'close', parameters: { type: 'object', properties: {} } },
]
const results: Record<string, { content: string; isError: boolean }> = {
  lookup: { content: '{"status":"late"}', isError: false },
  close: { content: 'it is open', isError: true },
}

interface Conversation {
  completion: Completion
  bodies: SeenRequest['body'][]
}

/** Asks with tools, answers the calls of the first message, and asks for the second one. */
async function converse(
  kind: ProviderSettings['kind'],
  model: string,
  answers: unknown[],
  extra: Partial<ModelRequest> = {},
): Promise<Conversation> {
  await using server = await faultServer(inTurn(...answers.map((answer) => json(answer))))
  const [name = ''] = model.split(':')
  const providers = createProviders({ providers: { [name]: { kind, baseURL: server.url } } }, { env, files: noFiles })
  const provider = await providers.get(name)
  const request = ask(model, 'Where is order 1182?', { tools, ...extra })
  const completion = await provider.complete(request, contextOf(request))
  const step = completion.step ?? []
  const answered = callParts(step).map(
    ({ id, name: tool }): RequestMessage => ({
      ...{ role: 'tool', callId: id, tool },
      ...(results[tool] ?? { content: '', isError: false }),
    }),
  )
  const messages: RequestMessage[] = [
    ...request.messages,
    { role: 'assistant', content: completion.output, step },
    ...answered,
  ]
  const { toolChoice: _, ...later } = request
  await provider.complete({ ...later, messages }, contextOf(request))
  return { completion, bodies: server.requests.map(({ body }) => body) }
}

const chatAnswer = (message: object, finish = 'stop') => ({
  ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'm' },
  choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', ...message } }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
})
const chatCall = (id: string, name: string, args: string) => ({
  ...{ id, type: 'function' },
  function: { name, arguments: args },
})

test('openai-compatible: tools, the choice of one, and the results of two calls; thoughts go back as they came', async () => {
  const calls = [chatCall('c1', 'lookup', '{"order": "1182"}'), chatCall('c2', 'close', '')]
  const first = chatAnswer({ content: null, reasoning_content: 'Look first.', tool_calls: calls }, 'tool_calls')
  const { completion, bodies } = await converse(
    'openai-compatible',
    'local:m',
    [first, chatAnswer({ content: 'Late.' })],
    {
      toolChoice: { name: 'lookup' },
    },
  )
  assert.equal(completion.finishReason, 'tools')
  const [asked = {}, answered = {}] = bodies
  assert.deepEqual(asked.tools, [
    { type: 'function', function: { name: 'lookup', description: 'Finds an order.', parameters } },
    { type: 'function', function: { name: 'close', parameters: { type: 'object', properties: {} } } },
  ])
  assert.deepEqual(asked.tool_choice, { type: 'function', function: { name: 'lookup' } })
  assert.equal(answered.tool_choice, undefined)
  assert.deepEqual((answered.messages as unknown[]).slice(1), [
    {
      ...{ role: 'assistant', content: null, reasoning_content: 'Look first.' },
      tool_calls: [chatCall('c1', 'lookup', '{"order":"1182"}'), chatCall('c2', 'close', '{}')],
    },
    { role: 'tool', tool_call_id: 'c1', content: '{"status":"late"}' },
    { role: 'tool', tool_call_id: 'c2', content: 'it is open' },
  ])
})

test('openai-compatible: arguments that are no JSON are kept as written, and sent back as a text', async () => {
  const first = chatAnswer({ content: 'Hm.', tool_calls: [chatCall('c1', 'lookup', '{"order": ')] }, 'stop')
  const { completion, bodies } = await converse('openai-compatible', 'local:m', [first, chatAnswer({ content: 'x' })])
  assert.deepEqual(completion.step, [
    { type: 'text', text: 'Hm.' },
    { type: 'call', id: 'c1', name: 'lookup', input: '{"order": ' },
  ])
  const messages = bodies[1]?.messages as { content: string; tool_calls: { function: { arguments: string } }[] }[]
  const said = messages[1]
  assert.equal(said?.content, 'Hm.')
  assert.equal(JSON.parse(said?.tool_calls[0]?.function.arguments ?? ''), '{"order": ')
})

const anthropicAnswer = (content: unknown[], reason: string) => ({
  ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', content },
  ...{ stop_reason: reason, stop_sequence: null, usage: { input_tokens: 7, output_tokens: 3 } },
})
const thinking = { type: 'thinking', thinking: 'Look first.', signature: 'sig-1' }
const used = { type: 'tool_use', id: 'toolu_1', name: 'lookup', input: { order: '1182' } }
const closed = { type: 'tool_use', id: 'toolu_2', name: 'close', input: {} }

test('anthropic: signed thoughts go back before the calls, and all results are one message of the user', async () => {
  const redacted = { type: 'redacted_thinking', data: 'secret' }
  const first = anthropicAnswer([thinking, redacted, { type: 'text', text: 'Let me see.' }, used, closed], 'tool_use')
  const last = anthropicAnswer([{ type: 'text', text: 'Late.' }], 'end_turn')
  const { bodies } = await converse('anthropic', 'anthropic:claude-sonnet-4-5', [first, last], {
    parameters: { reasoningEffort: 'low' },
    toolChoice: 'auto',
  })
  const [asked = {}, answered = {}] = bodies
  const [lookup] = asked.tools as Record<string, unknown>[]
  assert.deepEqual(
    { name: lookup?.name, description: lookup?.description, input_schema: lookup?.input_schema },
    { name: 'lookup', description: 'Finds an order.', input_schema: parameters },
  )
  assert.deepEqual(asked.tool_choice, { type: 'auto' })
  assert.deepEqual((answered.messages as unknown[]).slice(1), [
    { role: 'assistant', content: [thinking, redacted, { type: 'text', text: 'Let me see.' }, used, closed] },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: '{"status":"late"}' },
        { type: 'tool_result', tool_use_id: 'toolu_2', content: 'it is open', is_error: true },
      ],
    },
  ])
})

test('anthropic: thoughts without a signature are refused, since they cannot be sent back', async () => {
  const { signature: _, ...unsigned } = thinking
  const first = anthropicAnswer([{ ...unsigned, signature: '' }, used], 'tool_use')
  await assert.rejects(converse('anthropic', 'anthropic:claude-sonnet-4-5', [first]), (error: unknown) => {
    assert.ok(error instanceof ProviderError)
    assert.match(error.message, /thoughts before a call of a tool have no signature.*reasoningEffort: none/)
    return true
  })
})

const responsesAnswer = (output: unknown[]) => ({
  ...{ id: 'resp_1', object: 'response', created_at: 1, model: 'gpt-5.4-mini', status: 'completed', output },
  usage: { input_tokens: 50, output_tokens: 30 },
})
const thought = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'enc-1' }
const called = {
  ...{ type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'lookup', status: 'completed' },
  arguments: '{"order":"1182"}',
}
const said = {
  ...{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed' },
  content: [{ type: 'output_text', text: 'Late.', annotations: [] }],
}

test('openai: nothing is left to the server, so thoughts go back encrypted, and calls whole', async () => {
  const answers = [responsesAnswer([thought, called]), responsesAnswer([said])]
  const { completion, bodies } = await converse('openai', 'openai:gpt-5.4-mini', answers, { toolChoice: 'required' })
  assert.equal(completion.finishReason, 'tools')
  const [asked = {}, answered = {}] = bodies
  assert.deepEqual(
    [asked.store, asked.include, asked.tool_choice],
    [false, ['reasoning.encrypted_content'], 'required'],
  )
  const [tool] = asked.tools as Record<string, unknown>[]
  assert.deepEqual([tool?.type, tool?.name, tool?.parameters], ['function', 'lookup', parameters])
  const [, ...items] = answered.input as Record<string, unknown>[]
  assert.deepEqual(
    items.map(({ type, encrypted_content, call_id, name, arguments: args, output }) => [
      type,
      encrypted_content ?? call_id,
      name ?? null,
      args ?? output ?? null,
    ]),
    [
      ['reasoning', 'enc-1', null, null],
      ['function_call', 'call_1', 'lookup', '{"order":"1182"}'],
      ['function_call_output', 'call_1', null, '{"status":"late"}'],
    ],
  )
})

test('openai: thoughts that are not encrypted are refused, since they cannot be sent back', async () => {
  const { encrypted_content: _, ...bare } = thought
  const call = converse('openai', 'openai:gpt-5.4-mini', [responsesAnswer([bare, called])])
  await assert.rejects(call, /came without encrypted_content.*kind: openai-compatible/)
})

const googleAnswer = (parts: unknown[]) => ({
  candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 6, totalTokenCount: 18 },
  modelVersion: 'gemini-3-flash',
})

test('google: the signature of a thought goes back with its call', async () => {
  const part = { functionCall: { name: 'lookup', args: { order: '1182' } }, thoughtSignature: 'sig-g' }
  const answers = [
    googleAnswer([part, { functionCall: { name: 'close', args: {} } }]),
    googleAnswer([{ text: 'Late.' }]),
  ]
  const { completion, bodies } = await converse('google', 'google:gemini-3-flash', answers, { toolChoice: 'required' })
  assert.equal(completion.finishReason, 'tools')
  const [asked = {}, answered = {}] = bodies
  const [declared] = asked.tools as { functionDeclarations: { name: string }[] }[]
  assert.deepEqual(
    declared?.functionDeclarations.map(({ name }) => name),
    ['lookup', 'close'],
  )
  assert.deepEqual(asked.toolConfig, { functionCallingConfig: { mode: 'ANY' } })
  const [, model, user] = answered.contents as { role: string; parts: Record<string, Record<string, unknown>>[] }[]
  assert.deepEqual(
    model?.parts.map(({ functionCall, thoughtSignature }) => [
      functionCall?.name,
      functionCall?.args,
      thoughtSignature,
    ]),
    [
      ['lookup', { order: '1182' }, 'sig-g'],
      ['close', {}, undefined],
    ],
  )
  assert.deepEqual(
    user?.parts.map(({ functionResponse }) => functionResponse?.name),
    ['lookup', 'close'],
  )
})

test('a request without tools has none in its body, nor a step in its answer', async () => {
  await using server = await faultServer(json(responsesAnswer([said])))
  const providers = createProviders(
    { providers: { openai: { kind: 'openai', baseURL: server.url } } },
    { env, files: noFiles },
  )
  const request = ask('openai:gpt-5.4-mini')
  const completion = await (await providers.get('openai')).complete(request, contextOf(request))
  assert.deepEqual(
    ['tools' in server.requests[0]!.body, 'store' in server.requests[0]!.body, 'step' in completion],
    [false, false, false],
  )
})
