import type { Rollout } from '../release/rollout.ts'
import type { LogEntry } from '../store/outcome-log.ts'
import type { Assessment, Height } from './assessment.ts'
import type { JudgeHealth } from './judge-health.ts'
import type { Heard, Soak } from './soak.ts'
import type { UnitMemory } from './unit-memory.ts'

/** How the present stage has gone, as looks have found it. */
export interface Course {
  soak: Soak
  /** Since when the rollout has been held for the same reason, ms since the epoch. */
  heldSince: number | null
  /** Absent: it works. */
  judge?: JudgeHealth
  /** Why the rule for the undecided has refused it, where it was asked. */
  refused?: readonly string[] | null
  /** Greatest evidence of the looks before. */
  highest?: Readonly<Record<string, Height>>
}

/** What the controller needs of the statistics; an argument, so that its own duties can be tested without them. */
export interface DecisionEngine<Evidence extends object> {
  /** Names what the evidence is made of: that of another name is made anew from the log. */
  schema: string
  newEvidence(rollout: Rollout): Evidence
  /** Changes the evidence in place. Returns what to remember of the user, if the entry names one. */
  observe(evidence: Evidence, rollout: Rollout, entry: LogEntry, memory: UnitMemory | undefined): UnitMemory | undefined
  /** When each arm was last heard of in the rollout's present stage. */
  heard(evidence: Evidence, rollout: Rollout): Heard
  /** Where evidence that was stored with this cursor is not what the engine makes, undefined where it is. */
  faultIn?(evidence: Evidence, rollout: Rollout, cursor: number): string | undefined
  assess(evidence: Evidence, rollout: Rollout, now: number, course: Course): Assessment
}
