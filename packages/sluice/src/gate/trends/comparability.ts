import { formatAmount } from '../../text/format.ts'
import { suiteChange } from '../nightly/suite-change.ts'
import type { MeasuredPoint } from './measured-point.ts'

/** What the points so far told: of each fact the last point that knew it, which need not be the last one. */
interface Told {
  before?: MeasuredPoint
  judged?: MeasuredPoint
  served?: MeasuredPoint
  suite?: MeasuredPoint
  /** The last known hash of each case. */
  hashes: Map<string, string>
}

/**
 * Compares points of one kind, oldest first: why the scores of a point and of the one before it must not be compared,
 * in a few words for each reason. Empty where nothing is known against it.
 */
export function createComparison(): (now: MeasuredPoint) => string[] {
  const told: Told = { hashes: new Map() }
  return (now) => {
    const reasons = [judgeChange, otherSuite, otherCases].map((change) => change(now, told))
    remember(told, now)
    return reasons.filter((reason) => reason !== undefined)
  }
}

function remember(told: Told, now: MeasuredPoint): void {
  told.before = now
  if (now.judge !== null) told.judged = now
  if (now.judge !== null && now.judge.served.length > 0) told.served = now
  if (now.suite.name !== null) told.suite = now
  for (const [id, hash] of now.suite.cases) if (hash !== null) told.hashes.set(id, hash)
}

function judgeChange(point: MeasuredPoint, { before, judged, served }: Told): string | undefined {
  if (!before) return undefined
  const [now, last] = [point.judge, before.judge]
  if (now === null) return last === null ? undefined : 'no judge any more'
  if (last === null) return judged ? 'judged again' : 'judged for the first time'
  if (now.model !== last.model) return `another judge: ${now.model} instead of ${last.model}`
  if (now.id !== last.id) return `another judge: other instructions of ${now.model}`
  // A provider that names no model says nothing of whether it changed since one was named.
  const known = served?.judge
  if (!known || known.id !== now.id || now.served.length === 0) return undefined
  const [servedNow, servedBefore] = [now.served.join(', '), known.served.join(', ')]
  if (servedNow === servedBefore) return undefined
  return `another model behind the judge: ${servedNow} instead of ${servedBefore}${since(served, before)}`
}

function otherSuite({ suite: { name } }: MeasuredPoint, { before, suite: told }: Told): string | undefined {
  const last = told?.suite.name
  if (name === null || last === undefined || name === last) return undefined
  return `another suite: ${name} instead of ${last}${since(told, before)}`
}

/** Of which point something is, where that is not the one before. */
const since = (told: MeasuredPoint | undefined, before: MeasuredPoint | undefined) =>
  told === undefined || told === before ? '' : ` (${told.name})`

function otherCases({ suite: { cases: now } }: MeasuredPoint, { before, hashes }: Told): string | undefined {
  if (!before) return undefined
  const last = before.suite.cases
  const isTold = (id: string) => now.get(id) !== null && hashes.has(id)
  const change = suiteChange(
    [...now].map(([id, hash]) => ({ id, hash: (isTold(id) && hash) || '' })),
    [...last.keys()].map((id) => ({ id, hash: (isTold(id) && hashes.get(id)) || '' })),
  )
  if (change === null) {
    const isUnknown = [...now].some(([id, hash]) => hash === null || last.get(id) === null)
    return isUnknown ? 'whether a case was edited is not known' : undefined
  }
  const parts = [
    [change.added.length, 'new'] as const,
    [change.removed.length, 'gone'] as const,
    [change.edited.length, 'edited'] as const,
  ].filter(([count]) => count > 0)
  return `other cases: ${parts.map(([count, word], index) => (index === 0 ? `${formatAmount(count, 'case')} ${word}` : `${count} ${word}`)).join(', ')}`
}
