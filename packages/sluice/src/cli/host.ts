import type { Writable } from 'node:stream'
import type { ServeProcess } from '../control/server/serve/serve.ts'
import type { KeyInput } from '../gate/label-page/terminal.ts'
import { visibleText } from '../text/untrusted.ts'

/** What a command needs of the process it runs in. */
export interface Host extends ServeProcess {
  stdout: Terminal
  stderr: Terminal
  /** Where keys come from, for a command that asks a person. */
  stdin?: () => KeyInput
}

/** A stream that may be a terminal. */
export interface Terminal extends Writable {
  isTTY?: boolean
  columns?: number
}

/** Empties the screen of a terminal. It must be written in a call of its own. */
export const clearScreen = '\x1b[2J\x1b[H'

/**
 * The host of commands that print texts of others: of a control plane, of clients, of whoever publishes. Control
 * characters in them are shown, so that the terminal never obeys them.
 */
export function withVisibleOutput(host: Host): Host {
  return { ...host, stdout: visible(host.stdout), stderr: visible(host.stderr) }
}

function visible(stream: Terminal): Terminal {
  const write = (chunk: unknown, ...rest: never[]) => {
    const text = String(chunk)
    return stream.write(text === clearScreen ? text : visibleText(text), ...rest)
  }
  return Object.create(stream, { write: { value: write } }) as Terminal
}
