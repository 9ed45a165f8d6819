import type { Drift } from '../../records/report/night-report.ts'
import { formatAmount, formatChange, formatPercent, formatScore } from '../../text/format.ts'
import type { GatePolicy } from '../verdict/policy.ts'
import type { VerdictReason } from '../verdict/reasons.ts'

/**
 * The reasons of a drift: which part moved, by how much, since when. The judge alarms in both directions, since a judge
 * that grew lenient hides faults. A provider alarms only when it got worse.
 */
export function driftReasons(drifts: readonly Drift[], policy: GatePolicy, judged: boolean): VerdictReason[] {
  return (['judge', 'provider'] as const).flatMap((part) => {
    const alarms = drifts.filter((drift) => drift.part === part && isAlarm(drift))
    const [first] = alarms
    if (!first) return []
    const message = `${describe(first, policy, judged)} ${onset(part, drifts)}`.trim()
    const tags = first.tags.map(({ tag, meanDifference }) => {
      const change = meanDifference === null ? '' : ` by ${formatChange(meanDifference)}`
      return reason(part, `Tag ${tag} moved${change} with it, beyond the tag margin of ${policy.tagMargin}.`, tag)
    })
    return [reason(part, message, null), ...tags]
  })
}

function isAlarm({ part, direction, tags }: Drift): boolean {
  return direction === 'down' || tags.length > 0 || (direction === 'up' && part === 'judge')
}

function describe({ part, since, cases, ...drift }: Drift, policy: GatePolicy, judged: boolean): string {
  const change = formatChange(drift.meanDifference)
  const interval =
    drift.ciLow === null || drift.ciHigh === null
      ? ''
      : `, ${formatPercent(policy.confidence)} interval ${formatScore(Math.max(-1, drift.ciLow))} to ${formatScore(Math.min(1, drift.ciHigh))}`
  const size = `${change} over ${formatAmount(cases, 'case')}${interval}, margin ${drift.margin}`
  if (part === 'judge' && !judged) {
    return `Judge drift: the checks score the answers of ${since} differently now (${size}). No judge was asked, so the code of a check has changed.`
  }
  if (part === 'judge') {
    const how = drift.direction === 'up' ? 'more lenient' : 'stricter'
    return `Judge drift: the same judge scores the answers of ${since} differently now (${size}). It became ${how}, so scores from before cannot be compared with scores after.`
  }
  return `Provider drift: the same prompt gets worse answers than on ${since} (${size}). The same judge judged both tonight.`
}

/** A sentence on whether the drift came tonight; empty where the night before is itself the one compared with. */
function onset(part: Drift['part'], drifts: readonly Drift[]): string {
  const last = drifts.find((drift) => drift.part === part && drift.against === 'last')
  const reference = drifts.find((drift) => drift.part === part && drift.against === 'reference')
  if (!last || !reference || !isAlarm(reference)) return ''
  return isAlarm(last) ? `It is new since ${last.since}.` : `It was there on ${last.since} already.`
}

function reason(part: Drift['part'], message: string, tag: string | null): VerdictReason {
  return { code: `${part}-drift`, message, tag, case: null }
}
