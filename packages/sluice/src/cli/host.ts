import type { EventEmitter } from 'node:events'
import type { Writable } from 'node:stream'

/** What a command needs of the process it runs in; `process` itself is one. */
export interface Host {
  stdout: Terminal
  stderr: Terminal
  env: NodeJS.ProcessEnv
  cwd(): string
  on: EventEmitter['on']
  off: EventEmitter['off']
}

/** A stream that may be a terminal. */
export interface Terminal extends Writable {
  isTTY?: boolean
  columns?: number
}
