import type { FinalVerdict, VerdictReason } from '../verdict/verdict.ts'

/** Reasons that say that too little was measured for any verdict. */
const gaps = new Set(['coverage', 'budget', 'no-scores'])

/**
 * The verdict on a night: any drift fails, besides what the level of tonight's scores says. Where too few cases have a
 * score nothing is decided, drift included.
 */
export function nightVerdict(level: FinalVerdict, drifts: readonly VerdictReason[]): FinalVerdict {
  if (drifts.length === 0 || level.reasons.some(({ code }) => gaps.has(code))) return level
  const failed = level.verdict === 'fail' ? level.reasons : []
  return { verdict: 'fail', strength: 'strong', reasons: [...drifts, ...failed], exitCode: 1 }
}
