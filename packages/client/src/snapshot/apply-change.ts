import type { Snapshot, SnapshotChange } from '../protocol.ts'

type Features = Snapshot['features']

/**
 * The snapshot after a change. Undefined if the value is no change, if it applies to another snapshot, or if the result
 * does not have the hash that the control plane sent: then the whole snapshot is needed. This module is loaded with the
 * first change. It imports nothing, so that a bundler moves no other code into it.
 */
export function applyChange(snapshot: Snapshot | undefined, value: unknown): Snapshot | undefined {
  const { schema, epoch, from, revision, hash, features } = (value ?? {}) as SnapshotChange
  const isItsOwn = epoch === snapshot?.epoch && from?.revision === snapshot.revision && from.hash === snapshot.hash
  if (!snapshot || schema !== 'sluice.change/1' || !isItsOwn) return undefined
  const entries = Object.entries({ ...snapshot.features, ...features }).filter(([, feature]) => feature !== null)
  const next = { ...snapshot, revision, hash, features: Object.fromEntries(entries) as Features }
  return hashOf(next.features) === hash ? next : undefined
}

/** First 16 hex digits of the SHA-256 of the canonical JSON, as the control plane computes it. */
function hashOf(features: Features): string | undefined {
  const crypto = process.getBuiltinModule('node:crypto')
  const texts = Object.entries(inOrder(features, textOf)).map(([name, text]) => `${JSON.stringify(name)}:${text}`)
  return crypto?.createHash('sha256').update(`{${texts}}`).digest('hex').slice(0, 16)
}

/** The canonical JSON of each feature, so that unchanged features are serialized once. */
const texts = new WeakMap<object, string>()

function textOf(feature: object): string {
  const text = texts.get(feature) ?? JSON.stringify(sorted(feature))
  texts.set(feature, text)
  return text
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  return value !== null && typeof value === 'object' ? inOrder(value as Record<string, unknown>, sorted) : value
}

/** Keys in sorted order, but JavaScript puts keys that are whole numbers first in every object. */
function inOrder<T, U>(fields: Record<string, T>, map: (value: T) => U): Record<string, U> {
  const names = Object.keys(fields).sort()
  return Object.fromEntries(names.map((name) => [name, map(fields[name] as T)]))
}
