import type { Snapshot, SnapshotChange } from './protocol.ts'
import { isSame } from './same-snapshot.ts'

const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')

/** Whether results can be verified here, at once: elsewhere a stream is asked for whole snapshots. */
export const canVerify = crypto !== undefined

/**
 * The snapshot that a change makes of this one. Undefined where it is none, is for another snapshot, or where the result
 * has another hash than the control plane says: then the whole is needed.
 */
export function applyChange(snapshot: Snapshot | undefined, value: unknown): Snapshot | undefined {
  const { schema, epoch, from, revision, hash, features } = (value ?? {}) as SnapshotChange
  if (!snapshot || schema !== 'sluice.change/1' || !isSame(snapshot, { epoch, ...from })) return undefined
  const entries = Object.entries({ ...snapshot.features, ...features }).filter(([, feature]) => feature !== null)
  const next = { ...snapshot, revision, hash, features: Object.fromEntries(entries) as Snapshot['features'] }
  return hashOf(next.features) === hash ? next : undefined
}

/** First 16 hex of the SHA-256 of the canonical JSON, as the control plane computes it. */
function hashOf(features: Snapshot['features']): string | undefined {
  // In the order of an object of their own, which has names that are whole numbers first.
  const names = Object.keys(sorted(Object.fromEntries(Object.keys(features).map((name) => [name, 0]))) as object)
  const text = names.map((name) => `${JSON.stringify(name)}:${textOf(features[name] as object)}`).join()
  return crypto?.createHash('sha256').update(`{${text}}`).digest('hex').slice(0, 16)
}

/** What does not change is written once. */
const texts = new WeakMap<object, string>()

function textOf(feature: object): string {
  const text = texts.get(feature) ?? JSON.stringify(sorted(feature))
  texts.set(feature, text)
  return text
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const result: Record<string, unknown> = Object.create(null)
  for (const key of Object.keys(value).sort()) result[key] = sorted((value as Record<string, unknown>)[key])
  return result
}
