import type { FeedbackEntry } from '../store/outcome-log.ts'
import type { Reason } from './admit.ts'
import { openPrior } from './evidence.ts'
import { isShare } from './observe-score.ts'
import { freshShare } from './randomisation.ts'
import { accountsOf, type Sight } from './sight.ts'
import { addScore } from './signal-sums.ts'
import type { UnitMemory } from './unit-memory.ts'

/** Adds what a user said: to the means always, as evidence once per randomisation of the user. */
export function observeFeedback(
  sight: Sight,
  { score, stray }: FeedbackEntry,
  memory: UnitMemory,
): UnitMemory | Reason {
  if (!isShare(score)) return 'invalidScore'
  if (stray) return 'strayFeedback'
  const { evidence, known, settings, arm, stage } = sight
  const sums = evidence.sums.arms[arm]
  sums.rated += 1
  sums.feedback += score
  const pi = freshShare(settings.stages, memory.rated, stage)
  if (pi === undefined) return memory
  const { history } = known.sums.feedback
  const stakes = { history, prior: openPrior, margins: [], tolerance: settings.tolerance, warmUp: openPrior.warmUp }
  const accounts = accountsOf(sight, evidence.sums.feedback, ({ feedback }) => feedback)
  addScore(accounts, { arm, stage, pi, x: score }, stakes)
  return { ...memory, rated: { stage, arm } }
}
