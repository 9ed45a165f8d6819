import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readErrorBody } from '../../../../src/core/providers/errors/error-body.ts'
import { quotaWaitMs } from '../../../../src/core/providers/errors/quota.ts'
import { createCallQueue } from '../../../../src/core/providers/limits/queue.ts'
import { ProviderError } from '../../../../src/core/providers/provider-error.ts'
import { fakeTime } from '../../../support/providers/fake-time.ts'
import { chat, faultServer, inTurn, json } from '../../../support/providers/fault-server.ts'
import { clientOf, failureOf } from '../../../support/providers/model-call.ts'

const now = Date.parse('2026-01-01T08:30:00Z')
const waitOf = (headers: Record<string, string>, body: unknown = {}) =>
  quotaWaitMs((name) => headers[name], readErrorBody(JSON.stringify(body)), now)
const inText = (message: string) => waitOf({}, { error: { message } })

test('when a quota comes back, by its headers', () => {
  assert.equal(waitOf({ 'x-ratelimit-reset-requests': '20s', 'x-ratelimit-remaining-requests': '0' }), 20_000)
  assert.equal(waitOf({ 'x-ratelimit-reset-requests': '6m0s' }), 360_000)
  assert.equal(waitOf({ 'x-ratelimit-reset-tokens': '1.5s' }), 1500)
  assert.equal(waitOf({ 'x-ratelimit-reset-tokens': '120ms' }), 120)
  assert.equal(waitOf({ 'x-ratelimit-reset': '12' }), 12_000)
  assert.equal(waitOf({ 'x-ratelimit-reset': String(now / 1000 + 9) }), 9000)
  assert.equal(waitOf({ 'x-ratelimit-reset': String(now + 9000) }), 9000)
  assert.equal(waitOf({ 'x-ratelimit-reset': String(now - 9000) }), 0)
  assert.equal(waitOf({ 'anthropic-ratelimit-tokens-reset': '2026-01-01T08:30:07Z' }), 7000)
  assert.equal(waitOf({ 'ratelimit-reset': '50' }), 50_000)
  assert.equal(waitOf({ ratelimit: '"default";r=0;t=50' }), 50_000)
  assert.equal(waitOf({ 'x-ratelimit-reset': 'soon' }), undefined)
  assert.equal(waitOf({}), undefined)
})

test('of several quotas the one that is used up counts', () => {
  const headers = {
    'x-ratelimit-reset-requests': '2s',
    'x-ratelimit-remaining-requests': '7',
    'x-ratelimit-reset-tokens': '41s',
    'x-ratelimit-remaining-tokens': '0',
  }
  assert.equal(waitOf(headers), 41_000)
  assert.equal(waitOf({ ...headers, 'x-ratelimit-remaining-tokens': '30' }), 2000)
  assert.equal(waitOf({ ...headers, 'x-ratelimit-remaining-requests': '0' }), 41_000)
})

test('when a quota comes back, by the text', () => {
  assert.equal(inText('Rate limit reached for m on RPM: Limit 10. Please try again in 7.2s.'), 7200)
  assert.equal(inText('Please try again in 1m30.5s. Visit https://x'), 90_500)
  assert.equal(inText('Please try again in 20ms.'), 20)
  assert.equal(inText('Requests have exceeded the token rate limit. Please retry after 20 seconds.'), 20_000)
  assert.equal(inText('Rate limit of 50 per 86400s exceeded. Please wait 51234 seconds before retrying.'), 51_234_000)
  assert.equal(inText('Quota exceeded. Please retry in 34.074824224s.'), 34_075)
  assert.equal(inText('Please try again in 2 hours and 5 minutes'), 7_500_000)
  assert.equal(inText('try again in 1 hour'), 3_600_000)
  assert.equal(inText('Limit 10 per 60s reached, try again later'), undefined)
  assert.equal(inText('Too many requests'), undefined)
})

test('what a gateway passes on inside of the body', () => {
  const headers = { 'X-RateLimit-Limit': '20', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(now + 15_000) }
  assert.equal(waitOf({}, { error: { message: 'Rate limit exceeded', code: 429, metadata: { headers } } }), 15_000)
})

test("Google's quota of a day comes back at midnight of the Pacific, whatever its delay says", () => {
  const quotaId = 'GenerateRequestsPerDayPerProjectPerModel-FreeTier'
  const details = [{ violations: [{ quotaId }] }, { retryDelay: '34s' }]
  assert.equal(waitOf({}, { error: { code: 429, status: 'RESOURCE_EXHAUSTED', details } }), 86_400_000 - 30 * 60_000)
})

const limited = (headers: Record<string, string>, message = 'slow down') => json({ error: { message } }, 429, headers)

test('a quota is waited for, however often, and is no failure of the call', async () => {
  const busy = Array.from({ length: 8 }, () => limited({ 'x-ratelimit-reset-requests': '20s', 'retry-after': '0' }))
  await using server = await faultServer(inTurn(...busy, chat('Now.')))
  const { complete, slept } = clientOf(server.url, { retries: 0 })
  assert.equal((await complete()).output, 'Now.')
  assert.deepEqual(slept, Array(8).fill(20_000))
})

test('a wait of nothing, or until a time that is past, still backs off and counts as a retry', async () => {
  for (const headers of [
    { 'retry-after': '0' },
    { 'x-ratelimit-reset': '1' },
    { 'retry-after': 'Wed, 31 Dec 2025 00:00:30 GMT' },
  ]) {
    const reset = headers['x-ratelimit-reset'] === '1' ? { 'x-ratelimit-reset': '1700000000' } : headers
    await using server = await faultServer(limited(reset as Record<string, string>))
    const { complete, slept } = clientOf(server.url)
    assert.equal((await failureOf(complete())).kind, 'rate-limit')
    assert.equal(server.requests.length, 5)
    assert.deepEqual(slept, [500, 1000, 2000, 4000])
  }
})

test('a server that asks for moments again and again is not asked every moment, and not for ever', async () => {
  await using server = await faultServer(limited({ 'retry-after-ms': '1' }))
  const { complete, slept } = clientOf(server.url)
  const error = await failureOf(complete())
  assert.match(error.message, /asked to wait again and again, for .* in total; --max-wait/)
  assert.equal(error.fatal, true)
  assert.deepEqual(slept.slice(0, 4), [1, 1000, 2000, 4000])
  assert.ok(server.requests.length < 30, String(server.requests.length))
})

test('while others get through, a call that waited in vain fails alone', async () => {
  const lane = createCallQueue({
    source: 'p',
    concurrency: 9,
    retries: 0,
    maxWaitMs: 25_000,
    random: () => 1,
    ...fakeTime(),
  })
  const { signal } = new AbortController()
  const busy = async () => {
    await lane.run(signal, async () => 'another')
    throw new ProviderError('rate-limit', 'busy', { retryAfterMs: 10_000 })
  }
  const error = await failureOf(lane.run(signal, busy))
  assert.equal(error.fatal, false)
  assert.match(error.message, /for 20 s in total/)
  assert.equal(await lane.run(signal, async () => 'still open'), 'still open')
})

test('a quota that comes back too late ends the run and says when; later the provider is asked again', async () => {
  const message = 'Rate limit reached on requests per day (RPD): Limit 200. Please try again in 1h20m.'
  await using server = await faultServer(inTurn(limited({}, message), chat('Tomorrow.')))
  const { complete, sleep } = clientOf(server.url, {}, { maxWaitMs: 600_000 })
  const error = await failureOf(complete())
  assert.deepEqual([error.fatal, error.exitCode, server.requests.length], [true, 4, 1])
  assert.match(
    error.message,
    /wait 1 h 20 min, until 2026-01-01 01:20 UTC, longer than the 10 min that Sluice waits \(--max-wait\)/,
  )
  assert.equal(await failureOf(complete()), error)
  await sleep(4_800_000, new AbortController().signal)
  assert.equal((await complete()).output, 'Tomorrow.')
})

test('the whole lane waits, not each call by itself', async () => {
  await using server = await faultServer(inTurn(limited({ 'retry-after': '30' }), chat('ok')))
  const { complete, clock } = clientOf(server.url, { concurrency: 1 })
  const start = clock()
  await Promise.all(Array.from({ length: 6 }, () => complete()))
  assert.equal(server.requests.length, 7)
  assert.ok(clock() - start >= 30_000)
})

test('a word is said about a wait of all calls, and none about a moment', async () => {
  await using server = await faultServer(
    inTurn(limited({ 'retry-after': '30' }), limited({ 'retry-after': '1' }), chat('ok')),
  )
  const told: string[] = []
  const onWait = (source: string, ms: number) => void told.push(`${source} ${ms}`)
  const { complete } = clientOf(server.url, {}, { onWait })
  await complete()
  assert.deepEqual(told, ['local 30000'])
})
