import type { DriftScenario } from './drift.ts'

/** What a row measures, and within which bounds it has to lie. */
export type Claim =
  /** Share of the canaries that are rolled back while no worse. */
  | { of: 'falseRollback'; atMost: number }
  /** Share that is promoted strongly; or in whichever way. */
  | { of: 'strong'; atMost: number }
  | { of: 'promoted'; atLeast: number }
  /** Of the canaries still running when they became worse, the share that is rolled back before the scenario ends. */
  | { of: 'found'; atLeast: number }
  /** Share with a cost alert. */
  | { of: 'costAlert'; atLeast: number }
  | { of: 'costAlert'; atMost: number }
  /** Mean requests of the canary until the rollback. */
  | { of: 'delay'; atMost: number }
  /** Each chance that the forecast gives to an end by some hour is off by no more than this. */
  | { of: 'forecast'; within: number }
  /** Of the drift watch: alarms on average; hours within which half of the changes are found. */
  | { of: 'alarms'; atMost: number }
  | { of: 'foundWithin'; hours: number }

/** A canary in a world: a scenario that comes along, or none, with changes as in a scenario file. */
export interface CanaryPlay {
  scenario?: string
  changes?: object
}

export type Play = { canary: CanaryPlay } | { drift: DriftScenario }

export interface Row {
  name: string
  play: Play
  /** Where fewer must do, since each takes long. */
  runs?: number
  /** None: for information. */
  claims: readonly Claim[]
  /** From an independent implementation of the specification. */
  elsewhere?: string
}

export interface Table {
  heading: string
  /** Which part of the page it belongs to. */
  section: 'canary' | 'forecast' | 'drift'
  rows: readonly Row[]
}

const alpha = 0.05

export const rarelyRolledBack: Claim = { of: 'falseRollback', atMost: alpha }
export const rarelyStrong: Claim = { of: 'strong', atMost: alpha }

/** A row of a scenario that comes along. */
export function world(name: string, scenario: string, claims: readonly Claim[], changes: object = {}): Row {
  return { name, play: { canary: { scenario, changes } }, claims }
}
