import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Where a recorded file lies. */
function recordedFile(name: string): string {
  return path.join(import.meta.dirname, 'recorded', name)
}

/** `npm run record-contracts` writes what is there now in place of what was recorded. */
const isRecording = process.env.SLUICE_RECORD === '1'

/** Holds a value of JSON against what was recorded of it, and names each place where they differ. */
export function assertAsRecorded(name: string, value: unknown): void {
  const file = recordedFile(name)
  const now: unknown = JSON.parse(JSON.stringify(value))
  if (isRecording) writeFileSync(file, `${JSON.stringify(now, undefined, 2)}\n`)
  const differences = differencesOf(JSON.parse(readFileSync(file, 'utf8')), now)
  const more = differences.length > 20 ? [`and ${differences.length - 20} more`] : []
  const lines = [...differences.slice(0, 20), ...more].join('\n')
  assert.ok(
    differences.length === 0,
    `What others rely on has changed. If that is meant, record it anew: npm run record-contracts\n${lines}`,
  )
}

/** A line for each value that is gone (`-`) or new (`+`), with the path to it. */
export function differencesOf(before: unknown, now: unknown): string[] {
  const [old, fresh] = [leavesOf(before), leavesOf(now)]
  const gone = [...old].filter(([at, text]) => fresh.get(at) !== text).map(([at, text]) => `- ${at}: ${text}`)
  const added = [...fresh].filter(([at, text]) => old.get(at) !== text).map(([at, text]) => `+ ${at}: ${text}`)
  return [...gone, ...added]
}

function leavesOf(value: unknown, at = '', leaves = new Map<string, string>()): Map<string, string> {
  const entries = value !== null && typeof value === 'object' ? Object.entries(sorted(value, at)) : []
  // The order of keys says nothing; that of a list does, and its index is the key.
  for (const [key, inner] of entries) leavesOf(inner, `${at}/${key}`, leaves)
  if (entries.length === 0) leaves.set(at, JSON.stringify(value))
  return leaves
}

/** The names of the keys that an object must have, in a fixed order: theirs says nothing either. */
function sorted(value: object, at: string): object {
  return Array.isArray(value) && at.endsWith('/required') ? value.toSorted() : value
}

/** The same with each larger part that comes again replaced by the path of where it stands first. */
export function withoutRepeats(value: unknown, at = '', places = new Map<string, string>()): unknown {
  if (value === null || typeof value !== 'object') return value
  const text = JSON.stringify(value)
  const place = places.get(text)
  if (place !== undefined) return { sameAs: place }
  if (text.length > 100) places.set(text, at)
  const parts = Object.entries(value).map(([key, part]) => [key, withoutRepeats(part, `${at}/${key}`, places)] as const)
  return Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts)
}

/** A schema or contract without its prose and examples, which may be reworded. */
export function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse)
  if (value === null || typeof value !== 'object') return value
  // A property of such a name has a schema, which is no text.
  const isProse = ([key, inner]: [string, unknown]) =>
    (/^(description|summary)$/.test(key) && typeof inner === 'string') || (key === 'examples' && Array.isArray(inner))
  return Object.fromEntries(
    Object.entries(value)
      .filter((entry) => !isProse(entry))
      .map(([key, inner]) => [key, withoutProse(inner)]),
  )
}
