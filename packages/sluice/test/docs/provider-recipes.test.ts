import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { createPrices } from '../../src/core/providers/prices.ts'
import type { Usage } from '../../src/core/providers/provider.ts'
import { providersSchema } from '../../src/core/suite/models/provider-settings.ts'
import type { FeatureSummary } from '../../src/records/report/feature-report.ts'
import { createProject } from '../support/project.ts'
import { type FaultServer, faultServer, json, type Play, type SeenRequest } from '../support/providers/fault-server.ts'
import { readRecipe } from './recipe-page.ts'

const summary = 'Bo: order 1182 is late. Ann calls Bo by Friday.'
const judged = JSON.stringify({ items: [{ id: 'actions', evidence: '', reasoning: 'It does.', verdict: 'yes' }] })

type Format = { type: string } | undefined

interface Recipe {
  /** The page's settings, as its readers have them. */
  settings: {
    providers: Record<string, { baseURL: string }>
    prices?: Record<string, { input: number; output: number }>
  }
  files: Record<string, string>
}

/** The page's own files, after `change`. */
function recipeOf(name: string, change: (file: string) => string = (file) => file): Recipe {
  const { files } = readRecipe(name)
  const changed = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, change(text)]))
  return { files: changed, settings: parse(changed['sluice.yaml'] ?? '') as Recipe['settings'] }
}

/** The recipe's project against a server on this machine, whose address differs from the page's in scheme and host. */
async function run(recipe: Recipe, play: Play, env: Record<string, string>): Promise<Run> {
  await using server = await faultServer(play)
  const { origin } = new URL(server.url)
  const moved = (text: string) => text.replace(/(baseURL: )https?:\/\/[^/\s]+/g, `$1${origin}`)
  const files = Object.entries(recipe.files).map(([file, text]) => [file, moved(text)])
  using project = createProject(Object.fromEntries(files))
  const { code, stdout, stderr } = await project.sluice(['eval', 'email-summary', '--json'], env)
  assert.ok(stdout.startsWith('{'), stderr)
  const { stdout: shown } = await project.sluice(['report'])
  const { features } = JSON.parse(stdout) as { features: FeatureSummary[] }
  const [feature] = features
  assert.ok(feature)
  return {
    code,
    feature,
    shown,
    requests: server.requests,
    asked: server.requests.filter((request) => !isJudge(request)),
  }
}

interface Run {
  code: number | null
  feature: FeatureSummary
  /** The terminal's text. */
  shown: string
  requests: FaultServer['requests']
  /** Without those of the judge. */
  asked: SeenRequest[]
}

const textOf = ({ body }: SeenRequest) => JSON.stringify(body.messages)
const isJudge = (request: SeenRequest) => textOf(request).includes('BEGIN OUTPUT')

/** A chat completion; `extra` is added to the body, and `message` to its message. */
function completion(request: SeenRequest, extra: object = {}, message: object = {}): Play {
  const content = isJudge(request) ? judged : summary
  return json({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: request.body.model,
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content, ...message } }],
    usage: counted(request),
    ...extra,
  })
}

/** As a server counts them: about four characters a token. */
function counted(request: SeenRequest) {
  const input = Math.ceil(textOf(request).length / 4)
  return { prompt_tokens: input, completion_tokens: 20, total_tokens: input + 20 }
}

/** The cost of all answers, at the price that the page's own settings give at the page's own address. */
function costOf({ settings }: Recipe, answered: readonly SeenRequest[], cachedInputTokens = 0): number | undefined {
  const prices = createPrices(settings.prices ?? {}, providersSchema.parse(settings.providers))
  const [provider = ''] = Object.keys(settings.providers)
  return answered.reduce<number | undefined>((sum, request) => {
    const usage: Usage = { inputTokens: counted(request).prompt_tokens, outputTokens: 20, cachedInputTokens }
    const usd = prices.costUsd(`${provider}:${request.body.model}`, usage)
    return sum === undefined || usd === undefined ? undefined : sum + usd
  }, 0)
}

/** What the page shows of a run, but for the lines that it leaves out (`…`) and for numbers. */
function assertShown(name: string, { shown }: Run): void {
  const [, block = ''] = /^```text\n(SCORED[^`]*)^```$/m.exec(readRecipe(name).text) ?? []
  const lines = block.split('\n').filter((line) => line.trim() !== '' && line.trim() !== '…')
  assert.ok(lines.length > 3, name)
  const numberless = (text: string) => text.replace(/[\d.,]+/g, '#').replace(/\s+/g, ' ')
  for (const line of lines) assert.ok(numberless(shown).includes(numberless(line.trim())), `${name}: ${line}`)
}

function assertScored({ code, feature }: Run, usd: number | undefined): void {
  assert.equal(code, 0)
  assert.deepEqual([feature.score.mean, feature.coverage.scored], [1, 2])
  assert.doesNotMatch(feature.notes.join(), /far fewer|unpriced/)
  assert.ok(usd !== undefined && feature.cost.usd !== null)
  assert.ok(Math.abs(feature.cost.usd - usd) < 1e-12, `${feature.cost.usd} is not ${usd}`)
}

const bearer = (key: string) => (request: SeenRequest) => assert.equal(request.headers.authorization, `Bearer ${key}`)

test('Ollama: the compatible API, without a key, free, with thinking switched off', async () => {
  const recipe = recipeOf('ollama')
  const play: Play = (response, request, index) =>
    completion(request, { system_fingerprint: 'fp_ollama' })(response, request, index)
  const ran = await run(recipe, play, {})
  assertScored(ran, costOf(recipe, ran.requests))
  assert.equal(ran.feature.cost.usd, 0)
  assertShown('ollama', ran)
  for (const { url, headers, body } of ran.asked) {
    assert.equal(url, '/v1/chat/completions')
    assert.equal(headers.authorization, undefined)
    assert.deepEqual([body.model, body.reasoning_effort, body.max_tokens], ['qwen3:8b', 'none', 400])
  }
})

test('Ollama: a case whose prompt was cut has an error and no score', async () => {
  const long = 'Ann asks Bo to send the invoice again, and Bo answers that it is late. '.repeat(200)
  const recipe = recipeOf('ollama', (file) => file.replace('Hi Ann, order', `${long} order`))
  const ran = await run(
    recipe,
    (response, request, index) =>
      completion(request, { system_fingerprint: 'fp_ollama', usage: { ...counted(request), prompt_tokens: 1030 } })(
        response,
        request,
        index,
      ),
    {},
  )
  assert.equal(ran.feature.coverage.scored, 1)
  assert.match(JSON.stringify(ran.feature), /Ollama read 1,030 tokens of a prompt of 1\d,\d+ characters/)
})

test('Azure: the deployment as the model, the key as a bearer token, the model behind it named', async () => {
  const recipe = recipeOf('azure-openai')
  const message =
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
  const play: Play = (response, request, index) => {
    bearer('azure-key')(request)
    const refused = {
      error: { message, type: 'invalid_request_error', param: 'max_tokens', code: 'unsupported_parameter' },
    }
    const answer =
      'max_tokens' in request.body ? json(refused, 400) : completion(request, { model: 'gpt-5.4-mini-2026-03-17' })
    return answer(response, request, index)
  }
  const ran = await run(recipe, play, { AZURE_OPENAI_API_KEY: 'azure-key' })
  const answered = ran.requests.filter(({ body }) => !('max_tokens' in body))
  assertScored(ran, costOf(recipe, answered))
  for (const { url, body } of ran.asked) {
    assert.equal(url, '/openai/v1/chat/completions')
    assert.deepEqual([body.model, body.reasoning_effort], ['summaries-prod', 'low'])
  }
  assertShown('azure-openai', ran)
  const notes = ran.feature.notes.join('\n')
  assert.match(notes, /the model "summaries-prod" was asked for, and the server says that "gpt-5\.4-mini-2026-03-17"/)
  assert.match(notes, /sent as max_completion_tokens/)
})

test('Azure: a deployment with the name of its model has a built-in price, and any other has none', () => {
  const { settings } = recipeOf('azure-openai')
  const prices = createPrices({}, providersSchema.parse(settings.providers))
  const tokens = { inputTokens: 60, outputTokens: 20 }
  assert.ok((prices.costUsd('azure:gpt-5.4-mini', tokens) ?? 0) > 0)
  assert.equal(prices.costUsd('azure:summaries-prod', tokens), undefined)
})

test('LiteLLM: no fallback and no cache are asked for, and a fallback that happens all the same is named', async () => {
  const recipe = recipeOf('bedrock-litellm')
  const env = { LITELLM_API_KEY: 'gateway-key' }
  const answer =
    (extra: object): Play =>
    (response, request, index) => {
      bearer('gateway-key')(request)
      return completion(request, extra)(response, request, index)
    }
  const ran = await run(recipe, answer({ model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' }), env)
  assertScored(ran, costOf(recipe, ran.requests))
  for (const { url, body } of ran.asked) {
    assert.equal(url, '/v1/chat/completions')
    assert.deepEqual([body.model, body.disable_fallbacks, body.cache], ['claude-haiku-4-5', true, { 'no-cache': true }])
  }
  assertShown('bedrock-litellm', ran)
  const fallback = await run(recipe, answer({ model: 'gpt-5.4-mini' }), env)
  assert.match(fallback.feature.notes.join('\n'), /"claude-haiku-4-5" was asked for, .*"gpt-5\.4-mini" answered/)
  assert.equal((parse(recipe.files['litellm.yaml'] ?? '') as { model_list: unknown[] }).model_list.length, 1)
})

test('OpenRouter: one host is pinned, its price is in the table, and two hosts are named', async () => {
  const recipe = recipeOf('openrouter')
  const env = { OPENROUTER_API_KEY: 'router-key' }
  const hosts = (...names: string[]): Play => {
    let calls = 0
    return (response, request, index) => {
      bearer('router-key')(request)
      calls += isJudge(request) ? 0 : 1
      const extra = { provider: names[calls % names.length], usage: { ...counted(request), cost: 0.1 } }
      return completion(request, extra)(response, request, index)
    }
  }
  const ran = await run({ ...recipe, files: priced(recipe) }, hosts('Mistral'), env)
  assertScored(ran, costOf(recipe, ran.requests))
  for (const { url, headers, body } of ran.asked) {
    assert.deepEqual([url, headers['x-title']], ['/api/v1/chat/completions', 'gate'])
    assert.deepEqual(body.provider, { only: ['mistral'], allow_fallbacks: false, require_parameters: true })
  }
  assertShown('openrouter', ran)
  const spread = await run({ ...recipe, files: priced(recipe) }, hosts('Mistral', 'Together'), env)
  assert.match(spread.feature.notes.join('\n'), /mistral-small-2603 was run by Mistral, Together/)
})

/** The table's price for OpenRouter's own address, as settings: the server of the test is at another one. */
function priced({ files, settings }: Recipe): Recipe['files'] {
  const table = createPrices({}, providersSchema.parse(settings.providers))
  const lines = ['mistralai/mistral-small-2603', 'mistralai/mistral-medium-3.1'].map((name) => {
    const model = `openrouter:${name}`
    const input = table.costUsd(model, { inputTokens: 1e6, outputTokens: 0 })
    const output = table.costUsd(model, { inputTokens: 0, outputTokens: 1e6 })
    return `  "${model}": {input: ${input}, output: ${output}}\n`
  })
  return { ...files, 'sluice.yaml': `${files['sluice.yaml']}prices:\n${lines.join('')}` }
}

test('vLLM: the served name, the key, the arguments of the chat template, and reasoning that is no part of the answer', async () => {
  const recipe = recipeOf('vllm')
  const play: Play = (response, request, index) => {
    bearer('vllm-key')(request)
    return completion(request, {}, { reasoning: 'The user wants a summary.', reasoning_content: 'As above.' })(
      response,
      request,
      index,
    )
  }
  const ran = await run(recipe, play, { VLLM_API_KEY: 'vllm-key' })
  assertScored(ran, costOf(recipe, ran.requests))
  for (const { url, body } of ran.asked) {
    assert.deepEqual([url, body.model, body.seed], ['/v1/chat/completions', 'qwen3-8b-r1', 7])
    assert.deepEqual(body.chat_template_kwargs, { enable_thinking: false })
  }
  assertShown('vllm', ran)
  const [judge] = ran.requests.filter(isJudge)
  assert.equal((judge?.body.response_format as Format)?.type, 'json_schema')
})

test('DeepSeek: JSON without a schema, cache hits at their price, reasoning beside the answer, an old name found out', async () => {
  const recipe = recipeOf('deepseek')
  const env = { DEEPSEEK_API_KEY: 'deep-key' }
  const message = 'This response_format type is unavailable now'
  const hits = { prompt_cache_hit_tokens: 40, prompt_tokens_details: { cached_tokens: 40 } }
  const play: Play = (response, request, index) => {
    bearer('deep-key')(request)
    const answer =
      (request.body.response_format as Format)?.type === 'json_schema'
        ? json({ error: { message, type: 'invalid_request_error', param: null, code: 'invalid_request_error' } }, 400)
        : completion(
            request,
            { model: 'deepseek-flash', usage: { ...counted(request), ...hits } },
            { reasoning_content: 'Let me think.' },
          )
    return answer(response, request, index)
  }
  const ran = await run(recipe, play, env)
  const answered = ran.requests.filter(({ body }) => (body.response_format as Format)?.type !== 'json_schema')
  assertScored(ran, costOf(recipe, answered, 40))
  for (const { url, body } of ran.asked) {
    assert.deepEqual([url, body.model, body.thinking], ['/chat/completions', 'deepseek-flash', { type: 'disabled' }])
  }
  assertShown('deepseek', ran)
  assert.equal(ran.feature.judge?.mode, 'json_object')
  const old = recipeOf('deepseek', (file) => file.replaceAll('deepseek-flash', 'deepseek-v4-flash'))
  const { feature } = await run(old, play, env)
  assert.match(feature.notes.join('\n'), /"deepseek-v4-flash" was asked for, .*"deepseek-flash" answered/)
})
