import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { readOutcome } from '../../../../src/control/server/outcomes/check-outcomes.ts'
import { quickCheck } from '../../../../src/control/server/outcomes/quick-check.ts'
import { outcomeSchema } from '../../../../src/records/outcome.ts'
import { anyCharacter } from '../../../support/any-character.ts'

const place = {
  ...{ id: 'o-1', feature: 'mail', version: '0123456789ab', observedAt: '2026-11-24T09:00:00.000Z' },
  ...{ rolloutId: 'r-1', arm: 'canary', stage: 1, unit: 'ann' },
}
const request = {
  ...place,
  ...{ latencyMs: 812.5, costUsd: 0.1, inputTokens: 5 },
  ...{ outputTokens: 6, error: 'TimeoutError', refusal: false, invalid: true, captured: 0.5, servedModel: 'm' },
  ...{ steps: 2, toolCalls: { look_up: 1 } },
}
const feedback = { ...place, kind: 'feedback', of: 'o-1', score: 0.5, comment: 'good' }

const odd = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom<unknown>(...[null, undefined, true, '', [], {}, 0, -1, 1, 1.5, 1e9 + 1, 2 ** 53]),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('canary', 'request', 'a'.repeat(129), 'a'.repeat(4001), 'half \ud800', 'nul \0'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('2026-11-24T09:00:00Z', '1969-12-31T23:59:59Z', '2026-13-24', '0123456789AB'),
  },
  fc.string({ unit: anyCharacter }),
  fc.double(),
)
const name = fc.constantFrom(
  ...Object.keys({ ...feedback, ...request, output: '', fingerprint: '', trajectory: {} }),
  'more',
  'input',
)
const outcome = fc
  .tuple(
    fc.constantFrom(request, feedback),
    fc.array(fc.tuple(name, odd), { maxLength: 3 }),
    fc.array(name, { maxLength: 3 }),
  )
  .map(([base, set, gone]) => {
    const all = Object.entries({ ...base, ...Object.fromEntries(set) })
    return Object.fromEntries(all.filter(([key]) => !gone.includes(key)))
  })

test('whatever passes the quick check is what the schema returns, and the result is always the schema’s', () => {
  const isGood = quickCheck(outcomeSchema)
  let passed = 0
  fc.assert(
    fc.property(outcome, (value) => {
      const byRule = outcomeSchema.safeParse(value)
      if (isGood(value)) {
        passed += 1
        assert.deepEqual(byRule.data, value)
      }
      const read = readOutcome(value)
      assert.equal(read.success, byRule.success)
      assert.deepEqual(read.data, byRule.data)
    }),
    { numRuns: 3000 },
  )
  assert.ok(passed > 100, `${passed} passed`)
})

test('what a client sends passes', () => {
  const isGood = quickCheck(outcomeSchema)
  for (const sent of [request, feedback]) assert.ok(isGood(sent), JSON.stringify(sent))
})

test('a schema of a kind that it does not know is left to that schema', () => {
  for (const field of [z.date(), z.string().trim(), z.string().regex(/a/i), z.email(), z.float32()])
    assert.ok(!quickCheck(z.object({ field }))({ field: field instanceof z.ZodNumber ? 1 : 'a ' }))
  assert.ok(!quickCheck(z.string())('a'))
})
