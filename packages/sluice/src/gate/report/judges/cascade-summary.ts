import type { CascadeTrace } from '../../../records/report/case-detail.ts'
import type { FeatureSummary } from '../../../records/report/feature-report.ts'
import { clopperPearson } from '../../../stats/index.ts'
import { formatAmount, formatCount, formatInterval, formatPercent, formatUsd } from '../../../text/format.ts'
import type { ResultRow } from '../../run/results.ts'

export type CascadeSummary = NonNullable<NonNullable<FeatureSummary['judge']>['cascade']>

/** Counts what a cascade saves and where it errs, while the details of a run pass by. */
export function collectCascade() {
  const traces: CascadeTrace[] = []
  /** One audited answer of each case: several of a case are not independent. */
  const audited = new Map<number, CascadeTrace>()
  return {
    *watch(rows: Iterable<ResultRow>): Generator<ResultRow> {
      for (const row of rows) {
        const { cascade } = row.detail
        if (cascade) traces.push(cascade)
        if (cascade && isAudited(cascade) && !audited.has(row.position)) audited.set(row.position, cascade)
        yield row
      }
    },
    /** Undefined where no cascade has judged. */
    summary(confidence: number): CascadeSummary | undefined {
      if (traces.length === 0) return undefined
      const sample = [...audited.values()]
      const differing = sample.filter((trace) => trace.differing?.length).length
      const interval = sample.length === 0 ? undefined : clopperPearson(differing, sample.length, confidence)
      const byReason = Map.groupBy(traces, ({ wentOn }) => wentOn)
      byReason.delete(null)
      return {
        answers: traces.length,
        wentOn: traces.filter(({ wentOn }) => wentOn !== null).length,
        reasons: [...byReason].flatMap(([code, { length }]) => (code === null ? [] : [{ code, answers: length }])),
        overruled: traces.filter(({ wentOn, differing: items }) => wentOn !== null && items?.length).length,
        usd: sumOrNull(traces.flatMap(({ firstUsd, secondUsd }) => [firstUsd, secondUsd])),
        secondAloneUsd: costOfSecondAlone(traces),
        audit: {
          drawn: traces.filter(({ wentOn, drawn }) => wentOn === null && drawn).length,
          cases: sample.length,
          differing,
          ciLow: interval?.low ?? null,
          ciHigh: interval?.high ?? null,
        },
      }
    },
  }
}

/**
 * Whether a sure answer was drawn and both have judged it. What went on is decided by the second, so it has no error.
 */
function isAudited({ wentOn, drawn, differing }: CascadeTrace): boolean {
  return wentOn === null && drawn && differing !== null
}

/**
 * What the second judge would have cost for all answers: what it cost for those that went on, and for the sure ones its
 * mean over those of them that it judged too, else over all that it judged. Null where a price is unknown.
 */
function costOfSecondAlone(traces: readonly CascadeTrace[]): number | null {
  const judged = traces.filter(({ wentOn, differing }) => wentOn !== null || differing !== null)
  const ofSure = judged.filter(({ wentOn }) => wentOn === null)
  const sure = traces.filter(({ wentOn }) => wentOn === null).length
  const paid = sumOrNull(judged.filter(({ wentOn }) => wentOn !== null).map(({ secondUsd }) => secondUsd))
  const sample = (ofSure.length > 0 ? ofSure : judged).map(({ secondUsd }) => secondUsd)
  const total = sumOrNull(sample)
  if (paid === null || total === null || sample.length === 0) return null
  return paid + (sure * total) / sample.length
}

function sumOrNull(parts: readonly (number | null)[]): number | null {
  return parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0)
}

const reasonWords = {
  'near-flip': 'its two votes differ',
  cannot_tell: 'it could not tell',
  'must-no': 'it says no to a must item',
  failed: 'it failed',
} as const

/** What a reader must know of a cascade: what it saves, and how often its first judge is wrong where it is sure. */
export function cascadeNotes(summary: CascadeSummary, models: readonly string[]): string[] {
  const { answers, wentOn, reasons, overruled, usd, secondAloneUsd } = summary
  const [first = 'the first judge', second = 'the second'] = models
  const why = reasons.map(({ code, answers: count }) => `${reasonWords[code]} ${formatCount(count)}`).join(', ')
  const saving =
    usd === null || secondAloneUsd === null
      ? `What it saves is not known: a price is missing, or ${second} has judged nothing.`
      : `It cost ${formatUsd(usd)}; ${second} alone would have cost about ${formatUsd(secondAloneUsd)}, estimated from what both judged.`
  return [
    `The judge is a cascade. ${formatCount(wentOn)} of ${formatAmount(answers, 'answer')} (${formatPercent(wentOn / answers)}) went on from ${first} to ${second}${why === '' ? '' : ` (${why})`}, which gave another verdict on ${formatCount(overruled)} of them. ${saving}`,
    auditNote(summary, first, second),
  ]
}

function auditNote({ audit, answers, wentOn }: CascadeSummary, first: string, second: string): string {
  if (wentOn === answers) return `${first} was sure of no answer, so the cascade saves nothing: name ${second} alone.`
  if (audit.cases === 0) {
    const lost = audit.drawn === 0 ? '' : ` (${second} failed on all ${formatCount(audit.drawn)} that were drawn)`
    return `How often ${first} errs where it is sure is not known: no such answer was judged by both${lost}. A larger judge.cascade.audit in sluice.yaml, or more cases, measures it.`
  }
  return `Where ${first} is sure, ${second} gave another verdict on ${formatCount(audit.differing)} of ${formatAmount(audit.cases, 'audited case')}: ${formatPercent(audit.differing / audit.cases)} ${formatInterval(audit, formatPercent)}.`
}
