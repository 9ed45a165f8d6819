import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzClient } from './support/client-fuzz.ts'

test('odd values through every public method reach no caller as an exception and no control plane as nonsense', async () => {
  const { requests, canary, feedback, diagnostics } = await fuzzClient({ calls: 1500, seed: 20261126 })
  assert.ok(canary > 20 && feedback > 2, `${canary} of ${requests} by the canary, ${feedback} judgements`)
  for (const code of ['invalid-unit', 'invalid-field', 'invalid-feedback', 'invalid-reference', 'invalid-work'])
    assert.ok((diagnostics[code] ?? 0) > 0, `${code} was never told`)
})
