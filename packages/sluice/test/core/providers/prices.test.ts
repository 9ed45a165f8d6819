import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPrices } from '../../../src/core/providers/prices.ts'
import { ask } from '../../support/providers/model-call.ts'

const close = (actual: number | undefined, expected: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-12, `${actual} instead of ${expected}`)

test('a listed model: cached and cache-write tokens at their own price', () => {
  const prices = createPrices({})
  const usage = { inputTokens: 1000, cachedInputTokens: 100, cacheWriteTokens: 50, outputTokens: 500 }
  // Haiku 4.5: 1 input, 0.10 cache read, 1.25 cache write, 5 output, in USD per million tokens.
  close(prices.costUsd('anthropic:claude-haiku-4-5-20251001', usage), (850 + 10 + 62.5 + 2500) / 1e6)
  close(prices.costUsd('openai:gpt-4o', { inputTokens: 1000, cachedInputTokens: 400, outputTokens: 0 }), 0.002)
})

test('reasoning tokens at their own price, where they have one', () => {
  const providers = { pplx: { kind: 'openai-compatible' as const, baseURL: 'https://api.perplexity.ai' } }
  const prices = createPrices({}, providers)
  const usage = { inputTokens: 0, outputTokens: 1000, reasoningTokens: 400 }
  // sonar-deep-research: 8 output, 3 reasoning.
  close(prices.costUsd('pplx:sonar-deep-research', usage), (600 * 8 + 400 * 3) / 1e6)
  close(prices.costUsd('openai:gpt-5', usage), 0.01)
})

test('an unknown model, provider or token count is unpriced, not free', () => {
  const prices = createPrices({ 'local:*': { input: 1, output: 1 } })
  const usage = { inputTokens: 10, outputTokens: 10 }
  assert.equal(prices.costUsd('openai:no-such-model', usage), undefined)
  assert.equal(prices.costUsd('elsewhere:gpt-4o', usage), undefined)
  assert.equal(prices.costUsd('openai:gpt-4o', { inputTokens: 10 }), undefined)
  assert.equal(prices.costUsd('local:m', { outputTokens: 10 }), undefined)
  assert.equal(prices.costUsd('nonsense', usage), undefined)
  assert.equal(prices.worstCaseUsd(ask('openai:no-such-model')), undefined)
})

test('a named provider is priced by its kind or by the host of its base URL', () => {
  const baseURL = 'https://api.groq.com/openai/v1'
  const prices = createPrices(
    {},
    {
      'claude-eu': { kind: 'anthropic' },
      groq: { kind: 'openai-compatible', baseURL },
      openai: { kind: 'openai-compatible', baseURL: 'http://127.0.0.1:8000/v1' },
    },
  )
  const usage = { inputTokens: 1e6, outputTokens: 0 }
  close(prices.costUsd('claude-eu:claude-haiku-4-5', usage), 1)
  assert.ok((prices.costUsd('groq:llama-3.1-8b-instant', usage) ?? 0) > 0)
  assert.equal(prices.costUsd('openai:gpt-4o', usage), undefined)
})

test('overrides: exact before wildcard, the longer wildcard first, over the table', () => {
  const price = (input: number) => ({ input, output: 0 })
  const prices = createPrices({
    '*': price(1),
    'local:*': price(2),
    'local:llama*8b': price(3),
    'local:llama3:8b': price(4),
    'openai:gpt-4o': price(5),
  })
  const usage = { inputTokens: 1e6, outputTokens: 1e6 }
  const of = (model: string) => prices.costUsd(model, usage)
  assert.deepEqual(
    ['other:m', 'local:m', 'local:llama2:8b', 'local:llama3:8b', 'openai:gpt-4o', 'local:llama8'].map(of),
    [1, 2, 3, 4, 5, 2],
  )
})

test('overrides price cached and cache-write tokens, at the input price unless told', () => {
  const usage = { inputTokens: 1e6, cachedInputTokens: 4e5, cacheWriteTokens: 1e5, outputTokens: 1e6 }
  close(createPrices({ 'a:*': { input: 2, output: 3, cachedInput: 0.5, cacheWrite: 4 } }).costUsd('a:m', usage), 4.6)
  close(createPrices({ 'a:*': { input: 2, output: 3 } }).costUsd('a:m', usage), 5)
})

test('a model that is free costs 0 whatever was counted', () => {
  const prices = createPrices({ 'local:*': { input: 0, output: 0 } })
  assert.equal(prices.costUsd('local:m', {}), 0)
  assert.equal(prices.worstCaseUsd(ask('local:m')), 0)
})

test('the worst case bounds every count that the request allows', () => {
  const prices = createPrices({})
  const model = 'anthropic:claude-haiku-4-5'
  const content = 'Grüße, 你好! '.repeat(200)
  const worst = prices.worstCaseUsd(ask(model, content, { parameters: { maxTokens: 300 } })) ?? 0
  const bytes = Buffer.byteLength(content)
  for (const cacheWriteTokens of [0, bytes]) {
    const cost = prices.costUsd(model, { inputTokens: bytes, cacheWriteTokens, outputTokens: 300 }) ?? Infinity
    assert.ok(worst >= cost, `${worst} < ${cost}`)
  }
  const format = { type: 'json_schema' as const, name: 's', schema: { description: 'x'.repeat(1e5) } }
  const withSchema = prices.worstCaseUsd(ask(model, content, { parameters: { maxTokens: 300 }, format })) ?? 0
  assert.ok(withSchema - worst >= 0.1)
  const unset = prices.worstCaseUsd(ask(model, '')) ?? 0
  assert.ok(unset >= (4096 * 5) / 1e6)
})

test('the worst case takes the dearest of input and cache write, and of output and reasoning', () => {
  const parameters = { maxTokens: 1 }
  const request = ask('a:m', 'x'.repeat(1e6), { parameters })
  const worst = (cacheWrite: number) =>
    createPrices({ 'a:*': { input: 2, output: 0, cacheWrite } }).worstCaseUsd(request) ?? 0
  assert.ok(worst(10) >= 10, String(worst(10)))
  assert.ok(worst(1) >= 2, String(worst(1)))
})
