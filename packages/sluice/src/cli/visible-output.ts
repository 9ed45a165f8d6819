import { visibleText } from '../text/untrusted.ts'
import type { Host, Terminal } from './host.ts'

/** Written by itself, it empties the screen before what is shown next. */
export const clearScreen = '\x1b[2J\x1b[H'

/**
 * The host of commands that print words of others: of a control plane, of clients, of whoever publishes. Whatever a terminal
 * would obey is shown instead, at whichever place it was put into a text.
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
