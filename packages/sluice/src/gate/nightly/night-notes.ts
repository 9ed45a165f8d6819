import type { Drift, NightReport } from '../../records/report/night-report.ts'
import type { JudgeBridge } from '../../records/report/upgrade-report.ts'
import { formatAmount, formatChange, formatScore } from '../../text/format.ts'
import { bridgeSentence } from './judge-bridges.ts'
import type { NightRecord } from './night-record.ts'
import type { SuiteChange } from './suite-change.ts'
import { trendLine } from './trend.ts'

const idsShown = 5

/** What a reader of a night should know beside its verdict, most important first. */
export function nightNotes(report: NightReport): string[] {
  const { reference, last, drifts, suiteChange, events, outputs, trend } = report
  const line = trendLine(trend)
  return [
    ...events.map(({ message }) => message),
    ...(reference === null
      ? [`The first night of this prompt and judge: its answers are kept, and later nights are compared with them.`]
      : [`The answers kept from ${reference} were judged again tonight.`]),
    ...drifts.filter(({ against }) => against === 'reference').map(driftNote),
    ...(outputs
      ? [
          `${outputs.identical} of ${outputs.compared} answers are word for word the kept ones; their mean similarity is ${formatScore(outputs.similarity)} (ROUGE-L).`,
        ]
      : []),
    ...(suiteChange && last ? [suiteNote(suiteChange, last)] : []),
    ...(line ? [line] : []),
  ]
}

function driftNote({ part, since, cases, direction, tags, meanDifference, ...drift }: Drift): string {
  const what = part === 'provider' ? 'The provider' : 'The judge'
  const moved = direction !== null || tags.length > 0
  const change = `${formatChange(meanDifference)} over ${formatAmount(cases, 'case')}`
  if (moved) return `${what} moved since ${since}: ${change}.`
  return `${what} is not shown to have moved since ${since}: ${change}${detectableDropNote(drift)}.`
}

/** The largest width of an interval that rests on the least noise ever assumed, and on none that was measured. */
const noWidth = 0.002

/** The minimum detectable drop as the end of a sentence. Where no score differs, no such drop is claimed. */
function detectableDropNote({
  detectableDrop,
  ciLow,
  ciHigh,
}: Pick<Drift, 'detectableDrop' | 'ciLow' | 'ciHigh'>): string {
  if (detectableDrop === null) return ''
  if (ciHigh !== null && ciLow !== null && ciHigh - ciLow < noWidth) return ', the same in every case'
  return `; a drop of ${formatScore(detectableDrop)} would have been caught (80 %)`
}

function suiteNote({ added, removed, edited }: SuiteChange, last: string): string {
  const part = (ids: readonly string[], what: string) => {
    if (ids.length === 0) return []
    const shown = ids.slice(0, idsShown).join(', ')
    return [`${ids.length} ${what} (${shown}${ids.length > idsShown ? ', …' : ''})`]
  }
  const parts = [...part(added, 'added'), ...part(removed, 'removed'), ...part(edited, 'edited')]
  return `The suite changed since ${last}: ${parts.join(', ')}. Only cases that are the same on both nights are compared.`
}

/** The reason why the night before cannot be compared with; undefined where it can. */
export function notComparable(
  now: { version: string; judge: string; suite: string },
  last: NightRecord,
  bridge?: JudgeBridge,
): { code: string; message: string } | undefined {
  const before = `the night of ${last.night}`
  if (last.version !== now.version) {
    const message = `The prompt is another version than on ${before} (${last.version}, now ${now.version}), so this night is not compared with it.`
    return { code: 'prompt-changed', message }
  }
  if (last.judge.id !== now.judge) {
    const message = `The judge is another one than on ${before} (${last.judge.id}, ${last.judge.model}; now ${now.judge}): scores of different judges are never compared.${bridge ? ` ${bridgeSentence(bridge)}` : ''}`
    return { code: 'judge-changed', message }
  }
  if (last.suite === now.suite) return undefined
  const message = `The suite is ${now.suite}; on ${before} it was ${last.suite}. Only cases that are the same in both are compared.`
  return { code: 'suite-changed', message }
}
