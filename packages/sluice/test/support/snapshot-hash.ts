import { createHash } from 'node:crypto'
import type { Snapshot } from '@sluice/client'
import { canonicalJson } from '../../src/core/suite/values/canonical-json.ts'

/** What the hash of a snapshot has to be: the first 16 hex digits of the SHA-256 of the canonical JSON of its features. */
export function snapshotHash(features: Snapshot['features']): string {
  return createHash('sha256').update(canonicalJson(features)).digest('hex').slice(0, 16)
}
