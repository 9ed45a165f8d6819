import type { FeedbackEntry } from '../../../records/outcome.ts'
import { addIncumbent, expectIncumbent } from '../../../stats/index.ts'
import type { IgnoredReason } from '../evidence/admit.ts'
import { openPrior } from '../evidence/evidence.ts'
import { freshShare } from '../evidence/randomisation.ts'
import { betOnDrop } from '../evidence/signal-sums.ts'
import type { UnitMemory } from '../evidence/unit-memory.ts'
import { isShare } from './observe-score.ts'
import { accountsOf, type ObservedEntry } from './observed-entry.ts'

/** Adds what a user said: to the means always, as evidence once per randomisation of the user. */
export function observeFeedback(
  observed: ObservedEntry,
  { score, stray }: FeedbackEntry,
  memory: UnitMemory,
): UnitMemory | IgnoredReason {
  if (!isShare(score)) return 'invalidScore'
  if (stray) return 'strayFeedback'
  const { evidence, settings, arm, stage } = observed
  const sums = evidence.sums.arms[arm]
  sums.rated += 1
  sums.feedback += score
  const pi = freshShare(settings.stages, memory.rated, stage)
  if (pi === undefined) return memory
  const history = evidence.sums.histories.feedback
  const accounts = accountsOf(observed, evidence.sums.feedback, ({ feedback }) => feedback)
  if (history.n >= openPrior.warmUp) {
    const drops = accounts.map(({ drop }) => drop[stage])
    betOnDrop(drops, { arm, pi, x: score }, expectIncumbent(history, openPrior), settings.tolerance)
  }
  for (const { users } of accounts) users[arm] += 1
  if (arm === 'incumbent') addIncumbent(history, score)
  return { ...memory, rated: { stage, arm } }
}
