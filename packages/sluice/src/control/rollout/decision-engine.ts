import type { LogEntry } from '../../records/outcome.ts'
import type { Rollout } from '../../records/rollout/rollout.ts'
import { assess, type StageProgress } from './assessment/assess.ts'
import type { Assessment } from './assessment/assessment.ts'
import { type Evidence, evidenceSchema, type LastOutcomes, newEvidence } from './evidence/evidence.ts'
import { faultInEvidence } from './evidence/evidence-fault.ts'
import type { UnitMemory } from './evidence/unit-memory.ts'
import { observe } from './observe/observe.ts'

/** What the controller needs of the statistics; an argument, so that its own duties can be tested without them. */
export interface DecisionEngine<State extends object> {
  /** Names what the evidence is made of: that of another name is made anew from the log. */
  schema: string
  newEvidence(rollout: Rollout): State
  /** Changes the evidence in place. Returns what to remember of the user, if the entry names one. */
  observe(evidence: State, rollout: Rollout, entry: LogEntry, memory: UnitMemory | undefined): UnitMemory | undefined
  /** When the last outcome of each arm came in the rollout's present stage. */
  lastOutcomes(evidence: State, rollout: Rollout): LastOutcomes
  /** Where evidence that was stored with this cursor is not what the engine makes, undefined where it is. */
  faultIn?(evidence: State, rollout: Rollout, cursor: number): string | undefined
  assess(evidence: State, rollout: Rollout, now: number, course: StageProgress): Assessment
}

/** The statistics by which canaries are decided on, as the controller wants them. */
export const eValueEngine: DecisionEngine<Evidence> = {
  schema: evidenceSchema,
  newEvidence: (rollout) => newEvidence(rollout),
  observe: (evidence, rollout, entry, memory = {}) => observe(evidence, rollout, entry, memory),
  lastOutcomes: ({ heard }, { stage }) => heard[stage] ?? { stage, incumbent: null, canary: null },
  faultIn: faultInEvidence,
  assess,
}
