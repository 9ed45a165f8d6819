import { type Clock, systemClock } from './clock.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { PromptVersion, Snapshot } from './protocol.ts'
import { isVersion } from './read-snapshot.ts'
import { kindOf } from './unit.ts'

export interface SluiceClientOptions {
  /** The control plane, e.g. `http://127.0.0.1:4050`. */
  url: string
  /** A token of scope `client`. */
  token?: string
  /** Last known good: a file that is read at the start and kept up to date, or a snapshot. */
  bootstrap?: string | Snapshot
  /** By feature, what to use while nothing else is known of it. */
  fallbacks?: Record<string, PromptVersion>
  /** Without word from the control plane for this long nobody gets a canary (default 60 s). */
  maxStaleMs?: number
  /** Outcomes kept while the control plane is away; beyond it the oldest are dropped (default 10,000). */
  queueCapacity?: number
  /** Default 100; at most 1,000. */
  batchSize?: number
  /** Longest time that an outcome waits for others (default 1 s). */
  flushMs?: number
  /** Longest time that a request waits for its `record` after `run` (default 30 s); 0 where nothing is recorded later. */
  recordMs?: number
  /**
   * What references for feedback are signed with; default the token. All processes that make or take the same references need the
   * same, also after the token was changed.
   */
  referenceKey?: string
  /** Default 10 s, or what the control plane says. */
  heartbeatMs?: number
  /** Where nothing can be streamed (default 10 s). */
  pollMs?: number
  /** Silence after which a stream counts as dead (default 30 s). */
  silenceMs?: number
  /** Name of this process in `sluice status` (default random). */
  instance?: string
  /** Hears of everything; without it the first warning of each code goes to `console.warn`. */
  onDiagnostic?: (diagnostic: Diagnostic) => void
  fetch?: typeof globalThis.fetch
  clock?: Clock
  /** [0, 1) */
  random?: () => number
  /** Unique names of outcomes (default: random UUIDs). */
  newId?: () => string
}

/** What counts where nothing else is given. */
const numbers = {
  ...{ flushMs: 1000, recordMs: 30_000, maxStaleMs: 60_000, heartbeatMs: 10_000, pollMs: 10_000, silenceMs: 30_000 },
  ...{ queueCapacity: 10_000, batchSize: 100 },
}
/** Timers of more ms are over at once. */
export const longestMs = 2 ** 31 - 1
const types = {
  string: 'token instance referenceKey',
  object: 'fallbacks clock',
  function: 'onDiagnostic fetch random newId',
}

/** The options, with what counts where nothing was given. */
export type Settings = SluiceClientOptions & typeof numbers & Required<Pick<SluiceClientOptions, 'clock' | 'random'>>

/** @throws TypeError naming the first option that is no good, and what it should be */
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
