import { assess } from './assess.ts'
import type { DecisionEngine } from './engine.ts'
import { type Evidence, evidenceSchema, newEvidence } from './evidence.ts'
import { faultInEvidence } from './evidence-fault.ts'
import { observe } from './observe.ts'

/** The statistics by which canaries are decided on, as the controller wants them. */
export const bettingEngine: DecisionEngine<Evidence> = {
  schema: evidenceSchema,
  newEvidence: (rollout) => newEvidence(rollout),
  observe: (evidence, rollout, entry, memory = {}) => observe(evidence, rollout, entry, memory),
  heard: ({ heard }, { stage }) => heard[stage] ?? { stage, incumbent: null, canary: null },
  faultIn: faultInEvidence,
  assess,
}
