import type { EventEmitter } from 'node:events'

/** What a command needs of the process it runs in; `process` itself is one. */
export interface Host {
  stdout: Output
  stderr: Output
  env: NodeJS.ProcessEnv
  cwd(): string
  on: EventEmitter['on']
  off: EventEmitter['off']
}

export interface Output {
  write(text: string): boolean
  isTTY?: boolean
  columns?: number
  once?(event: 'drain', listener: () => void): unknown
}

/** Whether to colour what goes to `output`: on a terminal, unless NO_COLOR is set (no-color.org). */
export function wantsColour(output: Output, env: NodeJS.ProcessEnv): boolean {
  return output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

/** Writes and, where the reader is slower, waits for it. */
export async function writeAll(output: Output, text: string): Promise<void> {
  if (output.write(text) || !output.once) return
  await new Promise<void>((resolve) => output.once?.('drain', resolve))
}
