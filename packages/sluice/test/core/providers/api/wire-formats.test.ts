import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Completion, ModelRequest } from '../../../../src/core/providers/provider.ts'
import { createProviders } from '../../../../src/core/providers/registry.ts'
import type { ProviderSettings } from '../../../../src/core/suite/config/config.ts'
import { defaultJudge } from '../../../../src/core/suite/models/default-judge.ts'
import { chat, faultServer, json, type Play, type SeenRequest } from '../../../support/providers/fault-server.ts'
import { ask, contextOf, noFiles } from '../../../support/providers/model-call.ts'

const env = { ANTHROPIC_API_KEY: 'key-a', OPENAI_API_KEY: 'key-o', GOOGLE_GENERATIVE_AI_API_KEY: 'key-g' }
const schema = {
  type: 'object',
  properties: { ok: { type: 'boolean' } },
  required: ['ok'],
  additionalProperties: false,
}
const verdict: ModelRequest['format'] = { type: 'json_schema', name: 'verdict', schema }

interface Exchange {
  completion: Completion
  seen: SeenRequest
}

async function exchange(
  kind: ProviderSettings['kind'],
  play: Play,
  request: Partial<ModelRequest> & { model: string },
  settings: Partial<ProviderSettings> = {},
): Promise<Exchange> {
  await using server = await faultServer(play)
  const [name = ''] = request.model.split(':')
  const providers = createProviders(
    { providers: { [name]: { kind, baseURL: server.url, ...settings } } },
    { env, files: noFiles },
  )
  const whole = ask(request.model, 'Hello', request)
  const completion = await (await providers.get(name)).complete(whole, contextOf(whole))
  return { completion, seen: server.requests[0]! }
}

const anthropicAnswer = (extra: object = {}) =>
  json({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5-20251001',
    content: [{ type: 'text', text: 'Three items.' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 7, cache_read_input_tokens: 100, cache_creation_input_tokens: 20, output_tokens: 3 },
    ...extra,
  })

test('anthropic: text, usage with cache, served model', async () => {
  const { completion, seen } = await exchange('anthropic', anthropicAnswer(), {
    model: 'anthropic:claude-haiku-4-5',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
    ],
    parameters: { temperature: 0, stop: ['END'] },
  })
  assert.equal(completion.output, 'Three items.')
  assert.equal(completion.finishReason, 'stop')
  assert.equal(completion.servedModel, 'claude-haiku-4-5-20251001')
  assert.deepEqual(completion.usage, {
    inputTokens: 127,
    cachedInputTokens: 100,
    cacheWriteTokens: 20,
    outputTokens: 3,
  })
  assert.deepEqual(completion.warnings, [])
  assert.equal(seen.url, '/v1/messages')
  assert.equal(seen.headers['x-api-key'], 'key-a')
  assert.equal(seen.body.max_tokens, 4096)
  assert.equal(seen.body.temperature, 0)
  assert.deepEqual(seen.body.stop_sequences, ['END'])
  assert.deepEqual(seen.body.system, [{ type: 'text', text: 'Be brief.' }])
})

test('anthropic: structured output asks for the schema and gives its text', async () => {
  const { completion, seen } = await exchange(
    'anthropic',
    anthropicAnswer({ content: [{ type: 'text', text: '{"ok":true}' }] }),
    { model: 'anthropic:claude-haiku-4-5', format: verdict },
  )
  assert.equal(completion.output, '{"ok":true}')
  assert.ok(JSON.stringify(seen.body).includes('"ok":{"type":"boolean"}'))
})

test('the default judge is asked without thinking, without a temperature, and without a warning', async () => {
  const { completion, seen } = await exchange('anthropic', anthropicAnswer({ model: 'claude-haiku-5-5' }), {
    model: defaultJudge.model,
    parameters: { maxTokens: 800, ...defaultJudge.parameters },
    format: verdict,
  })
  assert.deepEqual(completion.warnings, [])
  assert.deepEqual(seen.body.thinking, { type: 'disabled' })
  assert.deepEqual([seen.body.max_tokens, 'temperature' in seen.body], [800, false])
})

test('an answer says that it was cut off, and a parameter that the model does not take is a warning', async () => {
  const { completion, seen } = await exchange('anthropic', anthropicAnswer({ stop_reason: 'max_tokens' }), {
    model: 'anthropic:claude-haiku-4-5',
    parameters: { maxTokens: 5, seed: 1 },
  })
  assert.equal(completion.finishReason, 'length')
  assert.equal(seen.body.max_tokens, 5)
  assert.deepEqual(completion.warnings, ['seed: not supported by the model, left out'])
})

const responsesAnswer = (text: string) =>
  json({
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'gpt-4.1-2025-04-14',
    status: 'completed',
    output: [
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text, annotations: [] }],
      },
    ],
    usage: {
      input_tokens: 50,
      input_tokens_details: { cached_tokens: 40 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 25 },
    },
  })

test('openai: text, cached and reasoning tokens', async () => {
  const { completion, seen } = await exchange('openai', responsesAnswer('Yes.'), { model: 'openai:gpt-4.1' })
  assert.equal(completion.output, 'Yes.')
  assert.equal(completion.servedModel, 'gpt-4.1-2025-04-14')
  assert.deepEqual(completion.usage, { inputTokens: 50, cachedInputTokens: 40, outputTokens: 30, reasoningTokens: 25 })
  assert.equal(seen.url, '/v1/responses')
  assert.equal(seen.headers.authorization, 'Bearer key-o')
  assert.equal(seen.body.max_output_tokens, 4096)
})

test('openai: structured output sends the schema under its name', async () => {
  const { completion, seen } = await exchange('openai', responsesAnswer('{"ok":false}'), {
    model: 'openai:gpt-4.1',
    format: verdict,
  })
  assert.equal(completion.output, '{"ok":false}')
  assert.deepEqual(seen.body.text, { format: { type: 'json_schema', strict: true, name: 'verdict', schema } })
})

const googleAnswer = (text: string, extra: object = {}) =>
  json({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', ...extra }],
    usageMetadata: {
      promptTokenCount: 12,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 6,
      thoughtsTokenCount: 8,
      totalTokenCount: 26,
    },
    modelVersion: 'gemini-2.5-flash',
  })

test('google: text, cached and thought tokens', async () => {
  const { completion, seen } = await exchange('google', googleAnswer('Oui.'), { model: 'google:gemini-2.5-flash' })
  assert.equal(completion.output, 'Oui.')
  assert.deepEqual(completion.usage, { inputTokens: 12, cachedInputTokens: 4, outputTokens: 14, reasoningTokens: 8 })
  assert.equal(seen.url, '/v1/models/gemini-2.5-flash:generateContent')
  assert.equal(seen.headers['x-goog-api-key'], 'key-g')
})

test('google: structured output, and a filtered answer is said to be one', async () => {
  const { completion, seen } = await exchange('google', googleAnswer('', { finishReason: 'SAFETY' }), {
    model: 'google:gemini-2.5-flash',
    format: verdict,
  })
  assert.equal(completion.finishReason, 'filter')
  assert.equal(completion.ended, 'SAFETY')
  const config = seen.body.generationConfig as Record<string, unknown>
  assert.equal(config.responseMimeType, 'application/json')
  assert.ok(config.responseSchema ?? config.responseJsonSchema)
})

test('counts below 0 are unknown, and give nothing back to the budget', async () => {
  const usage = { prompt_tokens: -500, completion_tokens: 2, total_tokens: 11 }
  const { completion } = await exchange('openai-compatible', chat('Hi.', usage), { model: 'local:m' })
  assert.deepEqual(completion.usage, {})
})

test('openai-compatible: text, fingerprint, headers, no key needed', async () => {
  const usage = {
    prompt_tokens: 9,
    completion_tokens: 2,
    total_tokens: 11,
    prompt_tokens_details: { cached_tokens: 8 },
  }
  const { completion, seen } = await exchange(
    'openai-compatible',
    chat('Hi.', usage),
    { model: 'local:llama3:8b', parameters: { temperature: 0.5, seed: 7 } },
    { headers: { 'x-team': 'gate' } },
  )
  assert.equal(completion.output, 'Hi.')
  assert.equal(completion.servedModel, 'served-1')
  assert.equal(completion.fingerprint, 'fp_1')
  assert.equal(completion.usage.inputTokens, 9)
  assert.equal(completion.usage.cachedInputTokens, 8)
  assert.equal(completion.usage.outputTokens, 2)
  assert.equal(seen.url, '/v1/chat/completions')
  assert.equal(seen.headers['x-team'], 'gate')
  assert.equal(seen.headers.authorization, undefined)
  const { model, seed, temperature, max_tokens } = seen.body
  assert.deepEqual(
    { model, seed, temperature, max_tokens },
    { model: 'llama3:8b', seed: 7, temperature: 0.5, max_tokens: 4096 },
  )
})

test('openai-compatible: the query of the address comes after the path of the call', async () => {
  await using server = await faultServer(chat('Hi.'))
  const baseURL = `${server.url}/deployments/mail?api-version=2024-10-21`
  const config = { providers: { azure: { kind: 'openai-compatible' as const, baseURL } } }
  const request = ask('azure:mail')
  await (await createProviders(config, { env, files: noFiles }).get('azure')).complete(request, contextOf(request))
  assert.equal(server.requests[0]?.url, '/v1/deployments/mail/chat/completions?api-version=2024-10-21')
})

test('openai-compatible: both JSON formats', async () => {
  const structured = await exchange('openai-compatible', chat('{}'), { model: 'local:m', format: verdict })
  assert.deepEqual(structured.seen.body.response_format, {
    type: 'json_schema',
    json_schema: { schema, strict: true, name: 'verdict' },
  })
  const loose = await exchange('openai-compatible', chat('{}'), { model: 'local:m', format: { type: 'json_object' } })
  assert.deepEqual(loose.seen.body.response_format, { type: 'json_object' })
})

test('an unknown reason for the end is a warning, and the answer counts as whole', async () => {
  const choices = [{ index: 0, finish_reason: 'voila', message: { role: 'assistant', content: 'Hi.' } }]
  const { completion } = await exchange('openai-compatible', json({ model: 'm', choices }), { model: 'local:m' })
  assert.equal(completion.finishReason, 'stop')
  assert.deepEqual(completion.warnings, ['finish_reason "voila" is not known; the answer counts as whole'])
})

test('tokens that were not counted are unknown, not 0', async () => {
  const zeros = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }
  const { completion } = await exchange('openai-compatible', chat('Hi.', zeros), { model: 'local:m' })
  assert.equal(completion.usage.inputTokens, undefined)
  assert.equal(completion.usage.outputTokens, undefined)
})

test('embeddings come in the order of the texts, in batches that the provider takes', async () => {
  await using server = await faultServer((response, request, index) => {
    const input = request.body.input as string[]
    const data = input.map((text) => ({ embedding: [text.length, index] }))
    return json({ data, usage: { prompt_tokens: input.length, total_tokens: input.length } })(response, request, index)
  })
  const config = { providers: { local: { kind: 'openai-compatible' as const, baseURL: server.url } } }
  const provider = await createProviders(config, { env, files: noFiles }).get('local')
  const texts = Array.from({ length: 2050 }, (_, i) => 'x'.repeat(i % 7))
  const { vectors, inputTokens } = await provider.embed!('local:e', texts, new AbortController().signal)
  assert.deepEqual(
    vectors.map(([length]) => length),
    texts.map((text) => text.length),
  )
  assert.equal(inputTokens, 2050)
  assert.ok(server.requests.length > 1)
})
