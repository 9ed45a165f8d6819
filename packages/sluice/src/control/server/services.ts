import type { Clock } from '@sluice/client'
import type { AcceptedOutcome } from '../../records/outcome.ts'
import type { LoopFault } from '../loops/loop-faults.ts'
import type { Assessment } from '../rollout/assessment/assessment.ts'
import type { Store } from '../store/store.ts'
import { defaultGrowth, type Growth } from './access/growth.ts'
import type { Acknowledgements } from './instances/acknowledgements.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { NamedRates } from './outcomes/named-rates.ts'
import type { SnapshotRecord } from './snapshots/snapshot-record.ts'
import type { Snapshots } from './snapshots/snapshots.ts'
import type { Streams } from './snapshots/streams.ts'

/** What other parts know and the server only shows. */
export interface Insight {
  /** The last assessment of a rollout; null before the first. */
  assessment(rolloutId: string): Promise<Assessment | null>
  /** The state of the drift watch of a feature; null where none is kept. */
  drift(feature: string): Promise<unknown>
  /** What the loops of this process keep failing at. */
  faults?(): readonly LoopFault[]
}

export interface ServerSettings {
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
export interface Services {
  store: Store
  clock: Clock
  /** Unpredictable in production; seeded in simulations. */
  randomBytes(size: number): Uint8Array
  /** What is stored in the place of a unit. */
  hashUnit(unit: string): string
  settings: ServerSettings
  snapshots: Snapshots
  rates: NamedRates
  /** What was given out lately, to hold against what instances say that they have. */
  given: SnapshotRecord
  acknowledgements: Acknowledgements
  streams: Streams
  metrics: Metrics
  log: Log
  /** Takes what was accepted, after it is durable. */
  intake(accepted: readonly AcceptedOutcome[]): Promise<void>
  insight: Insight
  /** The server is going down: readiness is denied. */
  draining(): boolean
}

export const defaultSettings: ServerSettings = {
  heartbeatMs: 10_000,
  maxReadAgeMs: 10_000,
  stragglerMs: 30_000,
  rate: { perSecond: 5000, burst: 10_000 },
  growth: defaultGrowth,
  maxBufferedBytes: 4 * 1_048_576,
  streamsPerToken: 5000,
}
