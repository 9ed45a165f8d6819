import type { EventEmitter } from 'node:events'
import type { Writable } from 'node:stream'
import type { Mask } from '../masking/mask.ts'

/** What a command needs of the process it runs in. */
export interface Host {
  stdout: Terminal
  stderr: Terminal
  env: NodeJS.ProcessEnv
  /** Knows the secrets of this process; everything that is written passes it. */
  mask: Mask
  cwd(): string
  on: EventEmitter['on']
  off: EventEmitter['off']
}

/** A stream that may be a terminal. */
export interface Terminal extends Writable {
  isTTY?: boolean
  columns?: number
}
