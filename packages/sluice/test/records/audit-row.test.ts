import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAuditDocument, releaseDocumentSchema } from '../../src/records/audit-row.ts'

const rollout = { id: 'r-1', state: 'running', incumbent: 'aa', canary: 'bb', stage: 0, ppm: 10_000 }

test('of a row that another version wrote, what is understood is read', () => {
  const document = readAuditDocument({
    ...{ active: 7, label: '1.4', newer: true },
    rollout: { ...rollout, stage: 'first', strength: { is: 'weak' } },
  })
  const { active, label } = document
  assert.deepEqual({ active, label }, { active: undefined, label: '1.4' })
  assert.deepEqual(document.rollout, { ...rollout, stage: undefined, strength: undefined })
  for (const other of [null, undefined, 'text', ['aa']]) assert.deepEqual(readAuditDocument(other), {})
})

test('an announcement names its rollout alone, which says nothing of what is served', () => {
  const announced = { rollout: { id: 'r-1' } }
  assert.equal(readAuditDocument(announced).rollout?.id, 'r-1')
  assert.ok(!releaseDocumentSchema.safeParse({ active: 'aa', ...announced }).success)
  assert.ok(releaseDocumentSchema.safeParse({ active: 'aa', rollout }).success)
  assert.ok(releaseDocumentSchema.safeParse({ active: null, rollout: null }).success)
  for (const missing of ['state', 'incumbent', 'canary', 'stage', 'ppm'])
    assert.ok(!releaseDocumentSchema.safeParse({ active: null, rollout: { ...rollout, [missing]: {} } }).success)
})
