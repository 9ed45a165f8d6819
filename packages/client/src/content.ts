import { storableText } from './storable-text.ts'

/** Bytes of an input, and of an output: both fit into the control plane's 1 MiB. */
const most = 450_000
const escapes = /\\(u0000|ud[89a-f]..|.)/g

/** A copy of a prompt's variables as it can be sent: plain JSON. Undefined for what is no such object or too large. */
export function sendableInput(input: unknown): Record<string, unknown> | undefined {
  try {
    // What no database stores is written as an escape.
    const json = JSON.stringify(input).replace(escapes, (whole, code) => (code[1] ? '\ufffd' : whole))
    const copy = json[0] === '{' && fits(json) ? JSON.parse(json) : undefined
    return depthOf(copy) <= 60 ? copy : undefined
  } catch {
    return undefined
  }
}

/** An output as it can be sent, whole: a part of it would be judged as if it were all. Undefined for one that is too large. */
export function sendableOutput(output: string): string | undefined {
  return fits(JSON.stringify(output)) ? storableText(output) : undefined
}

function fits(json: string): boolean {
  return new TextEncoder().encode(json).length <= most
}

/** The control plane reads 64 levels, four of which are around the input. */
function depthOf(value: unknown): number {
  return value && typeof value === 'object'
    ? Object.values(value).reduce((most, part) => Math.max(most, 1 + depthOf(part)), 1)
    : 0
}
