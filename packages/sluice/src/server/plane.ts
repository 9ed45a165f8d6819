import type { Clock, Outcome } from '@sluice/client'
import type { Assessment } from '../rollout/assessment.ts'
import type { LoopFault } from '../rollout/loop-faults.ts'
import type { LogDraft } from '../store/outcome-log.ts'
import type { Store } from '../store/store.ts'
import { defaultGrowth, type Growth } from './access/growth.ts'
import type { Log } from './observe/log.ts'
import type { Metrics } from './observe/metrics.ts'
import type { NamedRates } from './outcomes/named-rates.ts'
import type { Hub } from './push/hub.ts'
import type { Snapshots } from './push/snapshots.ts'
import type { Acknowledgements } from './release/acknowledgements.ts'
import type { SnapshotRecord } from './release/snapshot-record.ts'

/** An outcome that was new, as it was sent and as it was logged. */
export interface Accepted {
  entry: LogDraft
  outcome: Outcome
}

/** What other parts know and the server only shows. */
export interface Insight {
  /** The last assessment of a rollout; null before the first. */
  assessment(rolloutId: string): Promise<Assessment | null>
  /** The state of the drift watch of a feature; null where none is kept. */
  drift(feature: string): Promise<unknown>
  /** What the loops of this process keep failing at. */
  faults?(): readonly LoopFault[]
}

export interface PlaneSettings {
  /** How often streams carry a sign of life and instances report. */
  heartbeatMs: number
  /** Of the last look at the store, for which what it said passes as present. */
  maxReadAgeMs: number
  /** An instance that has not applied a change after this long is a straggler. */
  stragglerMs: number
  /** Requests a second of one token, on average and at once. */
  rate: { perSecond: number; burst: number }
  growth: Growth
  /** Of a reader that is this far behind the stream is cut. */
  maxBufferedBytes: number
  /** Further streams of one token are refused. */
  streamsPerToken: number
}

/** What the handlers of all routes share. */
export interface Plane {
  store: Store
  clock: Clock
  /** Unpredictable in production; seeded in simulations. */
  randomBytes(size: number): Uint8Array
  /** What is stored in the place of a unit. */
  hashUnit(unit: string): string
  settings: PlaneSettings
  snapshots: Snapshots
  rates: NamedRates
  /** What was given out lately, to hold against what instances say that they have. */
  given: SnapshotRecord
  acknowledgements: Acknowledgements
  hub: Hub
  metrics: Metrics
  log: Log
  /** Takes what was accepted, after it is durable. */
  intake(accepted: readonly Accepted[]): Promise<void>
  insight: Insight
  /** The server is going down: readiness is denied. */
  draining(): boolean
}

export const defaultSettings: PlaneSettings = {
  heartbeatMs: 10_000,
  maxReadAgeMs: 10_000,
  stragglerMs: 30_000,
  rate: { perSecond: 5000, burst: 10_000 },
  growth: defaultGrowth,
  maxBufferedBytes: 4 * 1_048_576,
  streamsPerToken: 5000,
}
