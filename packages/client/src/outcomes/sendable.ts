import { storableText } from './storable-text.ts'

/** Most bytes of an input, and of an output: with a trajectory they fit into the control plane's limit of 1 MiB. */
const most = 450_000
const escapes = /\\(u0000|ud[89a-f]..|.)/g

/**
 * An object, e.g. the input of a request, as the control plane takes it: copied as plain JSON. Undefined if it cannot
 * be sent or is too large.
 */
export function sendableObject<T = Record<string, unknown>>(input: unknown, bytes = most): T | undefined {
  try {
    // JSON writes the characters that no database stores as escapes.
    const json = JSON.stringify(input).replace(escapes, (whole, code) => (code[1] ? '\ufffd' : whole))
    const copy = json[0] === '{' && fits(json, bytes) ? JSON.parse(json) : undefined
    return depthOf(copy) <= 60 ? copy : undefined
  } catch {
    return undefined
  }
}

/**
 * The output of a request as the control plane takes it. Undefined if it is too large: it is not cut, since a part
 * would be judged as the whole.
 */
export function sendableOutput(output: string): string | undefined {
  return fits(JSON.stringify(output)) ? storableText(output) : undefined
}

function fits(json: string, bytes = most): boolean {
  return new TextEncoder().encode(json).length <= bytes
}

/** The control plane reads JSON of at most 64 levels, and a request has four levels around the input. */
function depthOf(value: unknown): number {
  return value && typeof value === 'object'
    ? Object.values(value).reduce((most, part) => Math.max(most, 1 + depthOf(part)), 1)
    : 0
}
