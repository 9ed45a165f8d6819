import type { CaseReport } from '../../../records/report/case-report.ts'
import type { JudgedClaim } from '../../../records/report/judged-claims.ts'
import { excerpt } from '../../../text/untrusted.ts'

/** A claim that is not supported, with what the sources say instead. */
export interface ClaimLine {
  verdict: JudgedClaim['verdict']
  claim: string
  against: string
}

/** The claims of an output that are not supported, the contradicted ones first. `most`: characters of a passage. */
export function faultyClaims(
  { claims }: Pick<CaseReport['judge'][number], 'claims'>,
  most = Number.POSITIVE_INFINITY,
): ClaimLine[] {
  const faults = (claims?.list ?? []).filter(({ verdict }) => verdict !== 'supported')
  return faults
    .toSorted((a, b) => Number(b.verdict === 'contradicted') - Number(a.verdict === 'contradicted'))
    .map((fault) => ({ verdict: fault.verdict, claim: excerpt(fault.claim, most), against: against(fault, most) }))
}

/** The claim in one line: `contradicted: “…”; vars.policy says “…”`. */
export function claimText({ verdict, claim, against }: ClaimLine): string {
  return `${verdict}: “${claim}”; ${against}`
}

function against({ verdict, source, document, quote: whole, said }: JudgedClaim, most: number): string {
  const quote = excerpt(whole, most)
  if (said !== undefined) return `the judge quotes “${quote}”, which is not in the source that it names`
  if (verdict === 'unsupported') return 'no source says so'
  return `${[source, ...(document === null ? [] : [document])].join(', ')} says “${quote}”`
}
