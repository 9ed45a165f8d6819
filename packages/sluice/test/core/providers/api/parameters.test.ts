import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestKey } from '../../../../src/core/answers/answer-keys.ts'
import { createBodyFetch } from '../../../../src/core/providers/api/request-body.ts'
import { createPrices } from '../../../../src/core/providers/prices.ts'
import { createProviders } from '../../../../src/core/providers/registry.ts'
import type { ProviderSettings } from '../../../../src/core/suite/config/config.ts'
import { type ModelParameters, modelParametersSchema } from '../../../../src/core/suite/models/model.ts'
import { parseYaml } from '../../../../src/core/suite/yaml/yaml.ts'
import { chat, faultServer, json, type Play } from '../../../support/providers/fault-server.ts'
import { ask, contextOf, noFiles } from '../../../support/providers/model-call.ts'

/** Answers as deployments do that know one of the two names only. */
function knowsOnly(name: string, refused: string): Play {
  return (response, request, index) => {
    const message = `Unsupported parameter: '${refused}' is not supported with this model. Use '${name}' instead.`
    const play =
      refused in request.body
        ? json({ error: { message, param: refused, code: 'unsupported_parameter' } }, 400)
        : chat('ok')
    return play(response, request, index)
  }
}

async function asker(play: Play, settings: Partial<ProviderSettings> = {}) {
  const server = await faultServer(play)
  const config = { providers: { local: { kind: 'openai-compatible' as const, baseURL: server.url, ...settings } } }
  const provider = await createProviders(config, { env: {}, files: noFiles }).get('local')
  const complete = (parameters: ModelParameters, model = 'local:m') => {
    const request = ask(model, 'Hello', { parameters })
    return provider.complete(request, contextOf(request))
  }
  return { server, complete, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

const limits = ({ max_tokens, max_completion_tokens }: Record<string, unknown>) => [max_tokens, max_completion_tokens]

test('the limit by each of its names, by default, and none at all', async () => {
  await using local = await asker(chat('ok'))
  await local.complete({})
  await local.complete({ maxTokens: 7 })
  await local.complete({ maxCompletionTokens: 8 })
  await local.complete({ maxTokens: null, temperature: null })
  assert.deepEqual(
    local.server.requests.map(({ body }) => limits(body)),
    [
      [4096, undefined],
      [7, undefined],
      [undefined, 8],
      [undefined, undefined],
    ],
  )
  assert.equal('temperature' in (local.server.requests[3]?.body ?? {}), false)
})

for (const [name, refused, parameters] of [
  ['max_completion_tokens', 'max_tokens', { maxTokens: 300 }],
  ['max_completion_tokens', 'max_tokens', {}],
  ['max_tokens', 'max_completion_tokens', { maxCompletionTokens: 300 }],
] as const) {
  test(`a server that refuses ${refused} is asked once more by the other name, and by that one from then on (${JSON.stringify(parameters)})`, async () => {
    await using local = await asker(knowsOnly(name, refused))
    const completion = await local.complete(parameters)
    assert.match(completion.warnings.join(), new RegExp(`sent as ${name}: the server refuses ${refused}`))
    await local.complete(parameters)
    const { requests } = local.server
    assert.equal(requests.length, 3)
    assert.equal(requests[2]?.body[name], Object.values(parameters)[0] ?? 4096)
  })
}

test('a limit that is refused by either name is refused in the words of the first answer', async () => {
  const refuse: Play = (response, request, index) =>
    json({ error: { message: `no ${Object.keys(request.body).find((name) => /^max_/.test(name))}` } }, 400)(
      response,
      request,
      index,
    )
  await using local = await asker(refuse)
  await assert.rejects(local.complete({}), /answered 400: no max_tokens$/)
})

test("a 400 that does not name the limit is the call's own", async () => {
  await using local = await asker(json({ error: { message: 'no such thing' } }, 400))
  await assert.rejects(local.complete({}), /no such thing/)
  assert.equal(local.server.requests.length, 1)
})

test("a provider's own parameters go into the body as they are; the prompt's win over the provider's", async () => {
  await using local = await asker(chat('ok'), {
    parameters: { safe_prompt: true, provider: { order: ['a'], only: ['b'] } },
  })
  await local.complete({ temperature: 0.5, parameters: { min_p: 0.1, provider: { order: ['z'] } } })
  await local.complete({})
  const [first, second] = local.server.requests.map(({ body }) => body)
  assert.deepEqual(first?.provider, { order: ['z'] })
  assert.deepEqual([first?.safe_prompt, first?.min_p, first?.temperature], [true, 0.1, 0.5])
  assert.deepEqual(
    [second?.safe_prompt, second?.min_p, second?.provider],
    [true, undefined, { order: ['a'], only: ['b'] }],
  )
  assert.equal(first?.model, 'm')
  assert.deepEqual(first?.messages, [{ role: 'user', content: 'Hello' }])
})

test('they are part of the request', () => {
  const keyOf = (parameters: ModelParameters) => requestKey(ask('a:m', 'x', { parameters }), 1)
  assert.notEqual(keyOf({}), keyOf({ parameters: { min_p: 0.1 } }))
  assert.notEqual(keyOf({}), keyOf({ maxTokens: null }))
})

for (const name of ['model', 'messages', 'input', 'stream', 'apiKey', 'api_key', 'key', 'max_tokens', 'headers']) {
  test(`"${name}" cannot be set that way`, () => {
    const { error } = modelParametersSchema.safeParse({ parameters: { [name]: 'x' } })
    assert.match(error?.issues[0]?.message ?? '', /cannot be set here/)
  })
}

test('what the budget does not know of cannot be set that way at any depth', () => {
  const faultOf = (parameters: ModelParameters['parameters']) =>
    modelParametersSchema.safeParse({ parameters }).error?.issues[0]
  const google = faultOf({ generationConfig: { maxOutputTokens: 60_000 } })
  assert.deepEqual(google?.path, ['parameters', 'generationConfig', 'maxOutputTokens'])
  for (const parameters of [{ max_output_tokens: 1 }, { generation_config: { candidateCount: 8 } }, { n: 5 }])
    assert.match(faultOf(parameters)?.message ?? '', /cannot be set here/)
  assert.equal(faultOf({ reasoning: { max_tokens: 1000 } }), undefined)
})

test('numbers of parameters are sent to the last digit, and one that JSON does not have is refused', async () => {
  const parse = (text: string) =>
    modelParametersSchema.safeParse({ parameters: parseYaml(text, 'f.yaml').source?.value })
  let sent: unknown
  const fetch: typeof globalThis.fetch = async (_, init) => {
    sent = init?.body
    return new Response('{}')
  }
  const parameters = parse('{user: 12345678901234567890, a: {b: [9007199254740993, 1.10]}}').data?.parameters ?? {}
  await createBodyFetch({ fetch, parameters, limitName: undefined }).fetch('http://x', { body: '{"a": {}}' })
  assert.equal(sent, '{"a":{"b":[9007199254740993,1.1]},"user":12345678901234567890}')
  assert.match(parse('{a: {b: 0o17}}').error?.issues[0]?.message ?? '', /0o17 is not a JSON number/)
})

test('the limit by two names at once is refused', () => {
  assert.equal(modelParametersSchema.safeParse({ maxTokens: 1, maxCompletionTokens: 1 }).success, false)
})

test('an answer without a limit is set aside as long as the longest may be', () => {
  const prices = createPrices({ 'a:*': { input: 0, output: 1 } })
  const bound = (parameters: ModelParameters) => prices.worstCaseUsd(ask('a:m', 'x', { parameters }))
  assert.equal(bound({ maxTokens: null }), 0.128)
  assert.equal(bound({ maxCompletionTokens: 1000 }), 0.001)
})
