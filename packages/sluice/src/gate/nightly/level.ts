import { formatScore } from '../../text/format.ts'
import type { CaseScores } from '../run/score-table.ts'
import { decide } from '../verdict/decide.ts'
import { gateCases } from '../verdict/decide-by-rounds.ts'
import type { GatePolicy } from '../verdict/policy.ts'
import type { FinalVerdict } from '../verdict/verdict.ts'
import type { SuiteChange } from './suite-change.ts'

const ofThreshold = new Set(['below-threshold', 'threshold-undecided'])

/**
 * The verdict on the level of the scores, apart from changes of the suite. Where the threshold is missed only with the
 * cases that are new tonight, a note says so and nobody is alarmed. From the next night on they count.
 */
export function levelWithout(
  change: SuiteChange | null,
  level: FinalVerdict,
  cases: readonly CaseScores[],
  policy: GatePolicy,
): FinalVerdict {
  if (!change || level.verdict === 'pass' || !level.reasons.some(({ code }) => ofThreshold.has(code))) return level
  const changed = new Set([...change.added, ...change.edited])
  const same = gateCases(cases, false)
    .filter(({ id }) => !changed.has(id))
    .map((row) => ({ ...row, critical: false }))
  const onlyRound = { ...policy, looks: policy.looks.slice(0, 1) }
  const { decision } = decide(same, onlyRound, undefined, { last: true })
  if (decision?.verdict !== 'pass' || !decision.threshold) return level
  const others = level.reasons.filter(({ code }) => !ofThreshold.has(code))
  if (others.length > 0) return { ...level, reasons: others }
  const { threshold, mean } = decision.threshold
  const message = `The threshold of ${threshold} is missed only with the cases that are new tonight: without them the mean is ${formatScore(mean)}. From the next night on they count.`
  return {
    verdict: 'pass',
    strength: decision.strength,
    reasons: [{ code: 'suite-change', message, tag: null, case: null }, ...decision.reasons],
    exitCode: 0,
  }
}
