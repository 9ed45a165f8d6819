import type { Rollout } from '../release/rollout.ts'
import type { LogEntry } from '../store/outcome-log.ts'
import type { Assessment } from './assessment.ts'
import type { UnitMemory } from './unit-memory.ts'

/*
 * The contract of the decision engine. `Evidence` is JSON of constant size, additive across workers; `UnitMemory` is what is
 * kept per user elsewhere.
 *
 *   newEvidence(rollout, priors): Evidence
 *   observe(evidence, rollout, entry, memory): memory'     O(1); changes evidence in place; pure otherwise
 *   assess(evidence, rollout, now): Assessment             pure
 *   mergeEvidence(base, ...workers): Evidence              workers that started from `base` and saw disjoint users
 */
export type { Assessment, LogEntry, Rollout, UnitMemory }
