import type { ReportSummary } from '../../records/report/report.ts'
import type { Verdict } from '../../records/verdict.ts'
import { formatAmount, formatCount } from '../../text/format.ts'
import { verdictWord } from './sentences.ts'

/**
 * The word on a run as a whole: as weak as its weakest pass. A run that judged nothing has no verdict of its own,
 * whatever its exit code.
 */
export function runWord({ features, verdict }: ReportSummary): string {
  if (features.length === 0 && (verdict === null || verdict === 'pass')) return 'NOTHING JUDGED'
  return verdictWord({ verdict, strength: features.some(({ strength }) => strength === 'weak') ? 'weak' : 'strong' })
}

/** Whether the verdict on the only feature is that on the run, so that one heading says both. */
export function standsAlone({ features, verdict }: ReportSummary): boolean {
  return features.length === 1 && features[0]?.verdict === verdict
}

/** How many features ended how; of none, why there is none: the first note. */
export function tally({ features, notes, verdict }: ReportSummary): string {
  if (features.length === 0) return notes[0] ?? ''
  const of = (wanted: Verdict | null) => features.filter((feature) => feature.verdict === wanted).length
  const weak = features.filter((feature) => feature.verdict === 'pass' && feature.strength === 'weak').length
  const weakly = weak === 0 ? '' : weak === of('pass') ? ' weakly' : ` (${formatCount(weak)} of them weakly)`
  const counts = [
    [of('fail'), 'failed'],
    [of('inconclusive'), 'inconclusive'],
    [of('pass'), `passed${weakly}`],
    [of(null), 'scored'],
  ] as const
  const parts = counts.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`)
  const elsewhere = verdict === 'fail' && of('fail') === 0 ? ' The run itself fails, for what is named below.' : ''
  return `${formatAmount(features.length, 'feature')}: ${parts.join(', ')}.${elsewhere}`
}

/** The notes that `tally` has not said. */
export function furtherNotes({ features, notes }: ReportSummary): string[] {
  return features.length === 0 ? notes.slice(1) : notes
}
