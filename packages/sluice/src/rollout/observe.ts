import type { Rollout } from '../release/rollout.ts'
import type { LogEntry } from '../store/outcome-log.ts'
import { admit, type Reason } from './admit.ts'
import { combinedLogE } from './combined.ts'
import type { Evidence } from './evidence.ts'
import { observeFeedback } from './observe-feedback.ts'
import { observeRequest } from './observe-request.ts'
import { observeScore } from './observe-score.ts'
import { isMismatched } from './sample-ratio.ts'
import type { Sight } from './sight.ts'
import type { UnitMemory } from './unit-memory.ts'

/** What the evidence depends on: none of it changes while a rollout runs. */
type Immutable = Pick<Rollout, 'id' | 'feature' | 'incumbent' | 'canary' | 'settings'>

/**
 * Adds one entry of the log to the evidence, in place and in constant time. Entries come in the order of seq; one that is
 * not after the cursor was observed before and does nothing. The same entries give the same evidence, bit for bit.
 *
 * @param memory what is remembered of the entry's unit in this rollout; {} of an unknown one
 * @param known only for one of several workers: the state that they have in common, by which all of them bet
 * @returns what to remember of the unit from now on; `memory` itself where that did not change
 */
export function observe(
  evidence: Evidence,
  rollout: Immutable,
  entry: LogEntry,
  memory: UnitMemory,
  known: Evidence = evidence,
): UnitMemory {
  if (entry.seq <= evidence.cursor) return memory
  evidence.cursor = entry.seq
  const admitted = admit(rollout, entry)
  const next =
    typeof admitted === 'string'
      ? admitted
      : observeKind({ ...admitted, evidence, known, settings: rollout.settings }, entry, memory)
  if (typeof next === 'string') {
    evidence.sums.ignored[next] += 1
    return memory
  }
  if (known === evidence && hasTestified(memory, next)) raisePeak(evidence, rollout)
  return next
}

function observeKind(sight: Sight, entry: LogEntry, memory: UnitMemory): UnitMemory | Reason {
  switch (entry.kind) {
    case 'request':
      return observeRequest(sight, entry, memory)
    case 'score':
      return observeScore(sight, entry, memory)
    case 'feedback':
      return observeFeedback(sight, entry, memory)
  }
}

/** Whether there is new evidence for or against the canary, not only a new user. */
function hasTestified(before: UnitMemory, after: UnitMemory): boolean {
  return before.flags !== after.flags || before.scored !== after.scored || before.rated !== after.rated
}

/** Keeps the greatest combined evidence, while the arms match. */
export function raisePeak(evidence: Evidence, { settings }: Pick<Rollout, 'settings'>): void {
  const logE = combinedLogE(evidence.sums, settings)
  if (logE > evidence.peak && !isMismatched(evidence.sums, settings)) evidence.peak = logE
}
