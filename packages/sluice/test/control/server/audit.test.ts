import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyChain } from '../../../src/control/release/audit-chain.ts'
import { testPlane } from '../../support/control-plane/control-plane.ts'

test('the log of a feature is read in pages, and exported whole so that it can be verified elsewhere', async () => {
  await using plane = await testPlane()
  for (const text of ['a', 'b', 'c', 'd']) await plane.publish('f', text)
  const page = (query: string) => plane.ask(`GET /v1/features/f/audit${query}`, { as: 'operator' })
  const { body } = await page('?after=1&limit=2')
  assert.deepEqual([body.rows.map(({ seq }: { seq: number }) => seq), body.head.seq], [[2, 3], 4])
  assert.deepEqual((await plane.ask('GET /v1/features/unknown/audit', { as: 'operator' })).body, {
    rows: [],
    head: null,
  })
  const exported = await plane.ask('GET /v1/features/f/audit', {
    as: 'operator',
    headers: { accept: 'application/x-ndjson' },
  })
  assert.equal(exported.headers.get('content-type'), 'application/x-ndjson')
  const lines = exported.body
    .trimEnd()
    .split('\n')
    .map((line: string) => JSON.parse(line))
  const { head, chain } = lines.pop()
  assert.deepEqual([chain, lines.length, head.seq], ['f', 4, 4])
  assert.deepEqual(verifyChain(lines, head), { ok: true, rows: 4 })
})
