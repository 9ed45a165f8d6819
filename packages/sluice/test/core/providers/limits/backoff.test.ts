import assert from 'node:assert/strict'
import { test } from 'node:test'
import { providerBackoffMs } from '../../../../src/core/providers/limits/backoff.ts'
import { ProviderError } from '../../../../src/core/providers/provider-error.ts'

const server = new ProviderError('server', 'x')

test('doubles from 500 ms to at most 20 s', () => {
  const longest = [0, 1, 2, 5, 6, 40].map((retry) => providerBackoffMs(server, retry, () => 1))
  assert.deepEqual(longest, [500, 1000, 2000, 16_000, 20_000, 20_000])
})

test('jitter is full: anything from nothing to the whole delay', () => {
  assert.deepEqual(
    [0, 0.25, 0.5].map((random) => providerBackoffMs(server, 1, () => random)),
    [0, 250, 500],
  )
})

test('an unreachable provider is asked again sooner', () => {
  assert.equal(
    providerBackoffMs(new ProviderError('unreachable', 'x'), 0, () => 1),
    100,
  )
})
