import { formatAmount } from '../../text/format.ts'
import { suiteChange } from '../nightly/suite-change.ts'
import type { MeasuredPoint } from './measured-point.ts'

/**
 * Why the scores of two points must not be compared: a few words for each reason. Empty where nothing is known against
 * it.
 */
export function reasonsNotToCompare(now: MeasuredPoint, before: MeasuredPoint): string[] {
  return [judgeChange(now, before), otherSuite(now, before)].filter((reason) => reason !== undefined)
}

function judgeChange({ judge: now }: MeasuredPoint, { judge: before }: MeasuredPoint): string | undefined {
  if (now === null || before === null) {
    return now === before ? undefined : now === null ? 'no judge any more' : 'judged for the first time'
  }
  if (now.model !== before.model) return `another judge: ${now.model} instead of ${before.model}`
  if (now.id !== before.id) return `another judge: other instructions of ${now.model}`
  const [servedNow, servedBefore] = [now.served.join(', '), before.served.join(', ')]
  // A provider that names no model says nothing of whether it changed.
  if (servedNow === '' || servedBefore === '' || servedNow === servedBefore) return undefined
  return `another model behind the judge: ${servedNow} instead of ${servedBefore}`
}

function otherSuite({ suite: now }: MeasuredPoint, { suite: before }: MeasuredPoint): string | undefined {
  if (now.name !== before.name && now.name !== null && before.name !== null) {
    return `another suite: ${now.name} instead of ${before.name}`
  }
  const listed = (cases: ReadonlyMap<string, string | null>) =>
    [...cases].map(([id, hash]) => ({ id, hash: hash ?? '' }))
  const change = suiteChange(listed(now.cases), listed(before.cases))
  if (change === null) return undefined
  const parts = [
    [change.added.length, 'new'] as const,
    [change.removed.length, 'gone'] as const,
    [change.edited.length, 'edited'] as const,
  ].filter(([count]) => count > 0)
  return `other cases: ${parts.map(([count, word], index) => (index === 0 ? `${formatAmount(count, 'case')} ${word}` : `${count} ${word}`)).join(', ')}`
}
