import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeatureSnapshot, PromptFormat, PromptVersion, Snapshot } from '@sluice/client'
import type { z } from 'zod'
import type { promptFormatSchema, promptVersionSchema } from '../../src/records/prompt-version.ts'
import { type featureSnapshotSchema, snapshotSchema } from '../../src/records/snapshot.ts'

type Full<T> = T extends readonly (infer U)[] ? Full<U>[] : T extends object ? { [K in keyof T]-?: Full<T[K]> } : T
type Fits<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
/** Also where one of them alone has an optional field. */
type Same<A, B> = [Fits<A, B>, Fits<Full<A>, Full<B>>] extends [true, true] ? true : false

test('the records of what a client is sent are those of its protocol, type by type', () => {
  const same: [
    Same<z.infer<typeof promptFormatSchema>, PromptFormat>,
    Same<z.infer<typeof promptVersionSchema>, PromptVersion>,
    Same<z.infer<typeof featureSnapshotSchema>, FeatureSnapshot>,
    Same<z.infer<typeof snapshotSchema>, Snapshot>,
  ] = [true, true, true, true]
  assert.ok(same.every(Boolean))
  const optional: Same<{ a?: number }, { a?: number; b?: number }> = false
  const wider: Same<{ a?: number }, { a: number }> = false
  assert.ok(!optional && !wider)
})

test('a snapshot is known by its schema, and a share is no more than all requests', () => {
  const version = { id: 'a', model: 'm:x', parameters: {}, messages: [], format: { type: 'text' }, strict: true }
  const feature = { active: 'a', capture: { incumbent: 1_000_000, canary: 0 }, versions: { a: version } }
  const snapshot = { schema: 'sluice.snapshot/1', epoch: 'e', revision: 1, hash: '0', features: { summary: feature } }
  assert.deepEqual(snapshotSchema.parse(snapshot), snapshot)
  feature.capture.incumbent += 1
  assert.ok(!snapshotSchema.safeParse(snapshot).success)
})
