import type { CaseReport } from '../../records/report/case-report.ts'
import { type ClaimLine, faultyClaims } from './metrics/claim-lines.ts'
import { faultOrigin, originReason } from './metrics/fault-origin.ts'

/** One thing that is wrong with an output: a rubric item without the full score, or such a check. */
export interface Finding {
  name: string
  /** What became of it, e.g. `no` or `0.5`. */
  outcome: string
  /** The baseline had it. */
  lost: boolean
  must: boolean
  reason: string
  /** What the judge quoted; empty for checks. */
  evidence: string
  /** The judge quoted what is not in the output. */
  invented: boolean
  /** Claims of the output that are not supported. */
  claims: ClaimLine[]
}

/** What was said of an output, and of the baseline's where there is one. */
type Scored = Pick<CaseReport, 'judge' | 'checks' | 'baselineJudge' | 'baselineChecks'>

/** The most characters of a claim, and of a quote of a source. */
const passageLength = 110

/** What is wrong with a case's output: what the baseline still had first, then what must hold. */
export function findingsOf(row: Scored): Finding[] {
  return [...[...judgeFindings(row), ...checkFindings(row)].sort((a, b) => rank(a) - rank(b)), ...originFinding(row)]
}

function judgeFindings({ judge, baselineJudge }: Scored): Finding[] {
  return judge
    .filter((item) => itemScore(item) < 1)
    .map((item) => ({
      name: item.id,
      outcome: item.verdict === 'cannot_tell' ? 'cannot tell' : item.verdict,
      lost: baselineJudge?.some((before) => before.id === item.id && itemScore(before) > itemScore(item)) ?? false,
      must: item.must ?? false,
      reason: item.reasoning,
      // Claims are listed with their own quotes.
      evidence: item.claims ? '' : item.evidence,
      claims: faultyClaims(item, passageLength),
      invented: item.evidence !== '' && item.evidenceFound === false,
    }))
}

/** For the order of findings only: what the judge could not tell stands below a yes, as a no does. */
export function itemScore({ score, verdict }: CaseReport['judge'][number]): number {
  return score ?? (verdict === 'yes' ? 1 : 0)
}

function checkFindings({ checks, baselineChecks }: Scored): Finding[] {
  return checks
    .filter(({ score }) => score < 1)
    .map(({ name, score, reason, must }) => ({
      name,
      outcome: score === 0 ? 'failed' : score.toFixed(2),
      lost: baselineChecks?.some((before) => before.name === name && before.score > score) ?? false,
      must: must ?? false,
      reason,
      evidence: '',
      invented: false,
      claims: [],
    }))
}

/** Where a wrong answer went wrong, as a last line beside what is wrong with it. */
function originFinding(row: Scored): Finding[] {
  const origin = faultOrigin(row)
  if (!origin) return []
  const plain = { lost: false, must: false, evidence: '', invented: false, claims: [] }
  return [{ name: 'wrong by', outcome: origin, reason: originReason(origin, row), ...plain }]
}

const rank = ({ lost, must }: Finding) => (lost ? 0 : 2) + (must ? 0 : 1)

/** What sets a case apart from the others, in words. */
export function marksOf({
  critical,
  quarantine,
  holdout,
}: Pick<CaseReport, 'critical' | 'quarantine' | 'holdout'>): string[] {
  return [...(critical ? ['critical'] : []), ...(quarantine ? ['in quarantine'] : []), ...(holdout ? ['held out'] : [])]
}
