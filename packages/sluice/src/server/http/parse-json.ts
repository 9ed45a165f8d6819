import { scanJson } from '../../suite/json-scan.ts'
import { outlineOf } from './json-outline.ts'
import { pointer } from './pointer.ts'
import { Problem } from './problem.ts'

const maxDepth = 64
const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * The value of a JSON body. A fault is reported with its place: a JSON Pointer to the value in which it lies.
 * @throws Problem 400
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes)
  const { depth, mayOverflow } = outlineOf(text)
  if (depth > maxDepth) throw malformed('', `nested deeper than ${maxDepth} levels`)
  try {
    return (mayOverflow ? JSON.parse(text, finite) : JSON.parse(text)) as unknown
  } catch (cause) {
    const fault = scanJson(text)
    throw malformed(pointer(fault?.path ?? []), fault?.message ?? 'not JSON', cause)
  }
}

/** A number that JavaScript has no place for, such as 1e400, becomes Infinity, which nothing behind the door expects: unknown. */
function finite(_key: string, value: unknown): unknown {
  return value === Infinity || value === -Infinity ? null : value
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    const before = Buffer.from(bytes).toString('utf8').split('\uFFFD', 1)[0] ?? ''
    throw malformed(pointer(scanJson(before)?.path ?? []), 'not UTF-8', cause)
  }
}

function malformed(path: string, message: string, cause?: unknown): Problem {
  const detail = `The body is not valid JSON: ${message}${path === '' ? '' : ` at ${path}`}.`
  return new Problem({ status: 400, code: 'malformed-json', detail, errors: [{ path, message }] }, { cause })
}
