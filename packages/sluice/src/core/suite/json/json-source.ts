import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Place, Source } from '../diagnostics/source.ts'
import { scalarAs, Written } from '../values/written.ts'
import { scanJson } from './json-scan.ts'

/** A part of a file, and where it begins. */
export interface TextPiece {
  /** 1-based. */
  line: number
  /** 1-based; the first when absent. */
  column?: number
  text: string
}

/**
 * A piece of text as a JSON source, or the faults that keep it from being one: no JSON, or a key that is given twice.
 * Numbers keep their text where JSON would write them in another way (see `Written`).
 */
export function parseJsonPiece(piece: TextPiece, file: string): { source?: Source; diagnostics: Diagnostic[] } {
  const fault = (offset: number, path: readonly PropertyKey[], message: string): Diagnostic => {
    return { severity: 'error', file, ...placeAt(piece, offset), path: path.join('.'), message }
  }
  const { text } = piece
  try {
    const value = parseJsonText(text)
    const diagnostics = keysGivenTwice(text, value).map(({ key, offset, path }) => {
      return fault(offset, path, `the key ${JSON.stringify(key)} is there twice`)
    })
    const at: Source['at'] = (path, key) => placeInJson(piece, path, key)
    const torn = /\\u[dD][89a-fA-F]/.test(text) ? tornTexts(value) : []
    const message = 'holds half a character (a lone surrogate), which cannot be sent'
    diagnostics.push(
      ...torn.map((path): Diagnostic => ({ severity: 'error', file, ...at(path), path: path.join('.'), message })),
    )
    return { source: { file, value, at }, diagnostics }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error
    const reason = error instanceof RangeError ? 'nested too deeply' : String(error)
    const { offset, path, message } = scanJson(text) ?? { offset: 0, path: [], message: reason }
    return { diagnostics: [fault(offset, path, `not JSON: ${message}`)] }
  }
}

/** Finds numbers that JSON.stringify could write in another way. */
const unusual = /(?:^|[:,[])\s*(?:-0|-?\d+[.eE]|-?\d{16})/

type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
const parseWith = JSON.parse as (text: string, reviver: Reviver) => unknown

/**
 * Parses like JSON.parse, except that numbers keep their text (see `Written`).
 * @throws SyntaxError where the text is not JSON, RangeError where it is nested too deeply.
 */
export function parseJsonText(text: string): unknown {
  if (!unusual.test(text)) return JSON.parse(text)
  return parseWith(text, (_, value, { source }) => {
    return typeof value === 'number' && source !== undefined ? scalarAs(value, source) : value
  })
}

interface RepeatedKey {
  key: string
  offset: number
  path: PropertyKey[]
}

/**
 * The keys that occur twice, of which JSON.parse silently keeps the last. The text is scanned only where it may hold
 * such a key.
 */
function keysGivenTwice(text: string, value: unknown): RepeatedKey[] {
  const possible = text.match(/"\s*:/g)?.length ?? 0
  if (possible === keyCount(value)) return []
  const seen = new Map<string, Set<string>>()
  const repeated: RepeatedKey[] = []
  scanJson(text, {
    key(path, key, offset) {
      const map = JSON.stringify(path)
      const keys = seen.get(map) ?? new Set()
      seen.set(map, keys)
      if (keys.has(key)) repeated.push({ key, offset, path: [...path] })
      keys.add(key)
    },
  })
  return repeated
}

function keyCount(value: unknown): number {
  if (value === null || typeof value !== 'object' || value instanceof Written) return 0
  const items: unknown[] = Array.isArray(value) ? value : Object.values(value)
  return items.reduce<number>((sum, item) => sum + keyCount(item), Array.isArray(value) ? 0 : items.length)
}

/** The paths of texts that are not valid Unicode. */
function tornTexts(value: unknown): PropertyKey[][] {
  if (typeof value === 'string') return value.isWellFormed() ? [] : [[]]
  if (value === null || typeof value !== 'object' || value instanceof Written) return []
  return Object.entries(value).flatMap(([key, item]) => tornTexts(item).map((path) => [key, ...path]))
}

function placeInJson(piece: TextPiece, path: readonly PropertyKey[], key?: string): Place {
  const matching = (other: readonly PropertyKey[]) => other.every((part, index) => String(part) === String(path[index]))
  let best = { depth: -1, offset: 0 }
  let keyOffset: number | undefined
  scanJson(piece.text, {
    value(at, offset) {
      if (at.length > best.depth && at.length <= path.length && matching(at)) best = { depth: at.length, offset }
    },
    key(at, name, offset) {
      if (name === key && at.length === path.length && matching(at)) keyOffset ??= offset
    },
  })
  return placeAt(piece, keyOffset ?? best.offset)
}

function placeAt({ text, line, column = 1 }: TextPiece, offset: number): Place {
  const before = text.slice(0, offset)
  const lastEnd = before.lastIndexOf('\n')
  if (lastEnd < 0) return { line, column: column + offset }
  return { line: line + (before.match(/\n/g)?.length ?? 0), column: offset - lastEnd }
}
