import type { Rollout } from '../release/rollout.ts'
import type { LogEntry } from '../store/outcome-log.ts'
import type { Assessment } from './assessment.ts'
import type { UnitMemory } from './unit-memory.ts'

/** What the controller needs of the statistics; an argument, so that its own duties can be tested without them. */
export interface DecisionEngine<Evidence extends object> {
  newEvidence(rollout: Rollout): Evidence
  /** Changes the evidence in place. Returns what to remember of the user, if the entry names one. */
  observe(evidence: Evidence, rollout: Rollout, entry: LogEntry, memory: UnitMemory | undefined): UnitMemory | undefined
  assess(evidence: Evidence, rollout: Rollout, now: number): Assessment
}
