import type { PastNight } from '../../records/past-night.ts'
import type { DriftView } from '../drift/read-drift.ts'
import type { GithubStanding } from '../github/github-progress.ts'
import type { LoopFault } from '../loops/loop-faults.ts'
import type { Assessment } from '../rollout/assessment/assessment.ts'
import type { EvidenceSeries } from '../rollout/assessment/evidence-series.ts'

/** How the evidence of a rollout went up to its last assessment, which was at `at` (ms since the epoch). */
export interface RecordedEvidence {
  at: number
  series: EvidenceSeries
}

/** What the engine knows and the server shows. */
export interface EngineState {
  /** The last assessment of a rollout; null before the first. */
  assessment(rolloutId: string): Promise<Assessment | null>
  /** The assessment without a read, where this process leads the rollout and has just made it. */
  lately?(rolloutId: string): Assessment | undefined
  /** Null before the first assessment, and where it cannot be read. */
  recorded?(rolloutId: string): Promise<RecordedEvidence | null>
  /** The state of the drift watch of a feature; null if there is none. */
  drift(feature: string): Promise<DriftView | null>
  /** The latest nights of a feature, at most `limit`, oldest first; absent where nights are not known. */
  nights?(feature: string, limit: number): readonly PastNight[]
  /** What GitHub is told, and how that stands; null where it is told nothing. */
  github?(): Promise<GithubStanding | null>
  /** The ids of the channels that are told of releases; absent where that is not known. */
  channels?(): readonly string[]
  /** What fails repeatedly in the loops of this process, and of others as they told it last. */
  faults?(): readonly LoopFault[]
}
