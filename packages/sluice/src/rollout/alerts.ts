import type { Rollout } from '../release/rollout.ts'
import type { Assessment, SignalEvidence } from './assessment.ts'
import type { Evidence } from './evidence.ts'
import { isJudgeSilent } from './judge-silence.ts'
import { isJudgedUnevenly } from './judged-ratio.ts'

type Alert = Assessment['alerts'][number]

/** Evidence at which one is told, as a part of 1/alpha: reached by chance in four times alpha of all canaries. */
const earlyShare = 4

/** What people should know though nothing changes by it. */
export function alertsOf(
  evidence: Evidence,
  rollout: Rollout,
  { logE, signals, now }: { logE: number; signals: readonly SignalEvidence[]; now: number },
): Alert[] {
  const { alpha, costRatio } = rollout.settings
  const threshold = -Math.log(alpha)
  const reached = (name: string) => (signals.find(({ signal }) => signal === name)?.logE ?? 0) >= threshold
  const alerts: (Alert | false)[] = [
    logE >= threshold - Math.log(earlyShare) && {
      code: 'evidence',
      message: `evidence against the canary is at ${Math.exp(logE).toFixed(1)} of the ${(1 / alpha).toFixed(0)} that roll it back`,
    },
    reached('cost') && {
      code: 'cost',
      message: `the canary costs more than ${costRatio} times what the incumbent does`,
    },
    reached('overCost') && {
      code: 'over-cost',
      message: 'the canary has more very expensive requests than the incumbent',
    },
    isJudgeSilent(evidence, rollout, now) && {
      code: 'no-scores',
      message: 'judged scores have stopped coming: quality is not watched, errors are',
    },
    isJudgedUnevenly(evidence.sums.judged) && {
      code: 'uneven-judging',
      message: 'one arm is judged more often than the sampling says: scores are left out of the decision',
    },
  ]
  return alerts.filter((alert) => alert !== false)
}
