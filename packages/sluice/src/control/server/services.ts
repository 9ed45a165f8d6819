import type { Clock } from '@sluice/client'
import type { ApprovalRules } from '../../core/suite/config/approval-settings.ts'
import type { Environments } from '../../core/suite/config/environments.ts'
import type { OidcSettings } from '../../core/suite/config/oidc-settings.ts'
import type { AcceptedOutcome } from '../../records/outcome.ts'
import type { Store } from '../store/store.ts'
import { defaultGrowth, type Growth } from './access/growth-limits.ts'
import type { IdentityProvider } from './access/identity-provider.ts'
import type { RateLimit } from './access/rate-limit.ts'
import type { Sessions } from './access/sessions.ts'
import type { SignInAttempts } from './access/sign-in-attempts.ts'
import type { SignInLink } from './access/sign-in-link.ts'
import type { EngineState } from './engine-state.ts'
import type { Acknowledgements } from './instances/acknowledgements.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { NamedRates } from './outcomes/named-rates.ts'
import type { KeptPages } from './pages/kept-pages.ts'
import type { KeptReads } from './pages/kept-reads.ts'
import type { LiveStreams } from './pages/live-streams.ts'
import type { EndForecasts } from './rollouts/end-forecasts.ts'
import type { SnapshotRecord } from './snapshots/snapshot-record.ts'
import type { Snapshots } from './snapshots/snapshots.ts'
import type { Streams } from './snapshots/streams.ts'

export interface ServerSettings {
  /** How often streams send a heartbeat, and instances report. */
  heartbeatMs: number
  /** If the last successful read of the store is older than this, its state no longer counts as present. */
  maxReadAgeMs: number
  /** An instance that has not applied a change after this long is a straggler. */
  stragglerMs: number
  /** Limits for requests of one token: the average rate, and how many may come at once. */
  rate: { perSecond: number; burst: number }
  growth: Growth
  /** A stream is cut if its reader is this many bytes behind. */
  maxBufferedBytes: number
  /** How many streams one token may have open. */
  streamsPerToken: number
  /** How many open pages of one token may follow changes. */
  liveStreamsPerToken: number
  /** The address by which browsers reach the pages, e.g. `https://sluice.example.com`; null if it is not known. */
  publicUrl: string | null
  /** All that it holds is made up, and every page says so. */
  isSimulated: boolean
  /** Null: nobody signs in by a link. */
  signInLink: SignInLink | null
}

/** What it takes to sign people in by their identity provider. */
export interface OidcService {
  settings: OidcSettings
  provider: IdentityProvider
  attempts: SignInAttempts
}

/** What the handlers of all routes share. */
export interface Services {
  store: Store
  clock: Clock
  /** Must be unpredictable in production; seeded in simulations. */
  randomBytes(size: number): Uint8Array
  /** The keyed hash that is stored instead of a unit. */
  hashUnit(unit: string): string
  settings: ServerSettings
  /** Who must approve releases, by feature. */
  approvals: ApprovalRules
  /** In the order in which versions move through them; empty: there are none. */
  environments: Environments
  snapshots: Snapshots
  rates: NamedRates
  /** The snapshots sent lately, to compare with what instances report. */
  given: SnapshotRecord
  acknowledgements: Acknowledgements
  streams: Streams
  /** The sessions of people who have signed in with a browser. */
  sessions: Sessions
  /** Null: people sign in with tokens only. */
  oidc: OidcService | null
  /** Limits sign-ins that failed, by address. */
  signInLimit: RateLimit
  keptPages: KeptPages
  kept: KeptReads
  live: LiveStreams
  endForecasts: EndForecasts
  metrics: Metrics
  log: Log
  /** Captures the contents of accepted outcomes, after they are durable. */
  captureContents(accepted: readonly AcceptedOutcome[]): Promise<void>
  engineState: EngineState
  /** Whether the server shuts down, so that the readiness check fails. */
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
  liveStreamsPerToken: 500,
  publicUrl: null,
  isSimulated: false,
  signInLink: null,
}
