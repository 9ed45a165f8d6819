import { eValueText } from '../../../charts/evidence-scale.ts'
import type { OnlySourceShare, TokenShare } from '../../../records/rollout/assessment.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { Assessment, SignalEvidence } from './assessment.ts'
import type { Findings } from './decision.ts'
import { isJudgeSilent } from './judge-health.ts'
import { onlySourceAlert } from './place-share.ts'
import { disputeText, tokensText } from './token-share.ts'
import { watchedWithoutScores } from './unwatched-signals.ts'

type Alert = Assessment['alerts'][number]

/** An alert is raised at this part of 1/alpha. By chance that happens to at most four times alpha of all canaries. */
const earlyShare = 4

interface Known {
  /** Log evidence against the canary of all tokens whose arms match. */
  logE: number
  signals: readonly SignalEvidence[]
  tokens: readonly TokenShare[]
  accuser: OnlySourceShare | null
  findings: Findings
  /** The message about a judge that fails. */
  outage: string | undefined
  now: number
}

const past: Record<string, string> = {
  evidence: 'evidence spoke against the canary',
  cost: 'the canary cost more than its limit',
  'over-cost': 'the canary had more very expensive requests than the incumbent',
  'no-scores': 'judged scores had stopped coming, so quality was not watched',
  'tokens-disagree': 'what tokens reported did not agree',
  'one-source': 'one source alone spoke against the canary',
  'left-out': 'what a token reported was left out, since its arms did not match',
  'no-outcomes': 'no outcomes of both arms came any more',
  'uneven-judging': 'one arm was judged more often than the sampling says',
  'judge-outage': 'the judge had failed',
}

/** What an alert says of a rollout that has ended: it is no alarm any more. */
export function pastAlert({ code, message }: Alert): string {
  return past[code] ?? message
}

/** What people should know though nothing changes by it. */
export function alertsOf(
  evidence: Evidence,
  rollout: Rollout,
  { logE, signals, tokens, accuser, findings, outage, now }: Known,
): Alert[] {
  const { alpha, costRatio } = rollout.settings
  const rest = watchedWithoutScores(rollout.settings.signals)
  const threshold = -Math.log(alpha)
  const reached = (name: string) => (signals.find(({ signal }) => signal === name)?.logE ?? 0) >= threshold
  const alerts: (Alert | false)[] = [
    // Where tokens disagree, the evidence of all together does not roll back.
    !(findings.disputed && tokens.length > 1) &&
      logE >= threshold - Math.log(earlyShare) && {
        code: 'evidence',
        message: `evidence against the canary is at ${eValueText(Math.exp(logE))} of the ${eValueText(1 / alpha)} that roll it back`,
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
      message: `judged scores have stopped coming: quality is not watched, ${rest ? `${rest.text} ${rest.verb}` : 'and nothing else is'}`,
    },
    tokens.length > 1 &&
      findings.disputed && {
        code: 'tokens-disagree',
        message: disputeText(tokens),
      },
    accuser !== null && accuser.kind !== 'token' && { code: 'one-source', message: onlySourceAlert(accuser) },
    tokens.some(({ leftOut }) => leftOut) && {
      code: 'left-out',
      message: `the arms of a token do not match, what it reports is left out: ${tokensText(tokens.filter(({ leftOut }) => leftOut))}`,
    },
    findings.unwatched && {
      code: 'no-outcomes',
      message:
        'no outcomes of both arms have come for so long that the soak time is stopped: the canary is not watched',
    },
    findings.unevenlyJudged && {
      code: 'uneven-judging',
      message: 'one arm is judged more often than the sampling says: scores are left out of the decision',
    },
    outage !== undefined && { code: 'judge-outage', message: outage },
  ]
  return alerts.filter((alert) => alert !== false)
}
