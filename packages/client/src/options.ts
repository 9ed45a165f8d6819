import { type Clock, systemClock } from './clock.ts'
import type { ClientDiagnostic } from './diagnostic.ts'
import type { PromptVersion, Snapshot } from './protocol.ts'
import { kindOf } from './shape.ts'
import { isVersion } from './snapshot/read-snapshot.ts'

export interface SluiceClientOptions {
  /** Address of the control plane, e.g. `http://127.0.0.1:4050`. */
  url: string
  /** A token of scope `client`. */
  token?: string
  /**
   * What to serve until the control plane answers: the path of a file that the client reads and updates, or a snapshot.
   */
  bootstrap?: string | Snapshot
  /** The version to use of each feature while no snapshot has the feature. */
  fallbacks?: Record<string, PromptVersion>
  /** If the control plane has not confirmed the snapshot for this time, all get the incumbent (default 60,000). */
  maxStaleMs?: number
  /** How many outcomes are kept while they cannot be sent; then the oldest are dropped (default 10,000). */
  queueCapacity?: number
  /** Outcomes per request (default 100, at most 1,000). */
  batchSize?: number
  /** How long an outcome waits for others at most (default 1,000). */
  flushMs?: number
  /**
   * How long a request waits for a `record` after `run` at most (default 30,000). Use 0 if you record nothing later.
   */
  recordMs?: number
  /**
   * Secret that signs references for feedback (default: the token). Processes that exchange references need the same
   * one, also after a change of the token.
   */
  referenceKey?: string
  /** Time between heartbeats (default 10,000); the control plane may set another. */
  heartbeatMs?: number
  /** Time between polls while streaming is not possible (default 10,000). */
  pollMs?: number
  /** A stream that is silent for this time counts as broken (default 30,000). */
  silenceMs?: number
  /** Name of this process in `sluice status` (default random). */
  instance?: string
  /** Receives all diagnostics. Without it the first warning of each code goes to `console.warn`. */
  onDiagnostic?: (diagnostic: ClientDiagnostic) => void
  fetch?: typeof globalThis.fetch
  clock?: Clock
  /** Random numbers in [0,1) (default: `Math.random`). */
  random?: () => number
  /** Makes unique ids of outcomes (default: random UUIDs). */
  newId?: () => string
}

/** The defaults. */
const numbers = {
  ...{ flushMs: 1000, recordMs: 30_000, maxStaleMs: 60_000, heartbeatMs: 10_000, pollMs: 10_000, silenceMs: 30_000 },
  ...{ queueCapacity: 10_000, batchSize: 100 },
}
/** The longest timer, in ms: JavaScript fires a longer one at once. */
export const longestMs = 2 ** 31 - 1
const types = {
  string: 'token instance referenceKey',
  object: 'fallbacks clock',
  function: 'onDiagnostic fetch random newId',
}

/** The options, with defaults for those that are not given. */
export type Settings = SluiceClientOptions & typeof numbers & Required<Pick<SluiceClientOptions, 'clock' | 'random'>>

/** @throws TypeError that names the first invalid option and what is expected */
export function readOptions(options: SluiceClientOptions): Settings {
  const given = Object(options) as SluiceClientOptions & Record<string, unknown>
  const settings: Record<string, unknown> = { ...numbers, clock: systemClock, random: Math.random }
  settings.bootstrap = given.bootstrap
  const read = (name: string, expected: string, holds: (value: unknown) => boolean, value = given[name]) => {
    if (value === undefined) return
    if (!holds(value)) throw new TypeError(`SluiceClient: ${name} must be ${expected}, not ${kindOf(value)}`)
    settings[name] = value
  }
  read('url', 'an address such as http://127.0.0.1:4050', isAddress, given.url ?? null)
  for (const [type, names] of Object.entries(types))
    for (const name of names.split(' ')) read(name, `a ${type}`, (value) => typeof (value ?? undefined) === type)
  for (const name of Object.keys(numbers)) {
    const least = name === 'flushMs' || name === 'recordMs' ? 0 : 1
    const holds = (value: unknown) => typeof value === 'number' && value >= least && value <= longestMs
    read(name, `a number from ${least} to ${longestMs}`, holds)
  }
  read('token', 'one line of ASCII', (value) => /^\s*[!-~]*\s*$/.test(String(value)))
  for (const [feature, version] of Object.entries(given.fallbacks ?? {}))
    read(`fallbacks.${feature}`, 'a prompt version', isVersion, version ?? null)
  return settings as unknown as Settings
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\/[^@?#]+$/.test(value) && URL.canParse(value)
}
