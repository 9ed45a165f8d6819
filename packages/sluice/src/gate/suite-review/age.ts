import type { Case } from '../../core/suite/cases/case.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import { type Label, labelSchema } from '../../records/label.ts'
import type { ReviewArea, ReviewFinding } from '../../records/report/suite-review.ts'
import { formatAmount, utcDay } from '../../text/format.ts'
import { dayMs } from '../../time-units.ts'
import type { LineDates } from '../git/line-dates.ts'
import { labelFilesOf } from '../labels/label-files.ts'
import { labelLines } from '../labels/label-lines.ts'
import type { ItemsOfCase } from '../labels/rubric-items.ts'
import { findingAt, named, type ReviewedSuite } from './reviewed-suite.ts'

/** A case that nobody touched for longer stands for the traffic of another year. */
const oldDays = 365

/** A label of an answer, as far as its age matters. */
type LabelDate = Pick<Label, 'case' | 'item' | 'output' | 'at' | 'material'>

/**
 * What is known of ages: the dates of a suite's lines, and the labels of the feature; undefined where there are none.
 */
export interface KnownAges {
  now: number
  datesOf(suite: ReviewedSuite): LineDates | undefined
  labels: readonly LabelDate[] | undefined
  /** What is asked about each case today. */
  itemsOf: ItemsOfCase
}

/** When people labelled which case of a feature; undefined where they labelled none. Labels of models do not count. */
export async function labelDates(files: ProjectFiles, feature: string): Promise<LabelDate[] | undefined> {
  const dates: LabelDate[] = []
  for await (const { data } of labelLines(labelSchema, files, labelFilesOf(feature).labels)) {
    if (data.kind === 'human' && data.verdict !== null) dates.push(data)
  }
  return dates.length === 0 ? undefined : dates
}

/** Cases that nobody changed for long, and labels that are older than what they label. */
export function reviewAge(suites: readonly ReviewedSuite[], known: KnownAges): ReviewArea {
  const ages = suites.map((suite) => ({ suite, dates: known.datesOf(suite) }))
  const dated = ages.flatMap(({ suite, dates }) => (dates === undefined ? [] : [{ suite, dates }]))
  const says = ages.map(({ suite, dates }) => ageOf(suite, dates)).join(' ')
  const labels =
    known.labels === undefined
      ? ' There are no labels of people.'
      : ` ${formatAmount(known.labels.length, 'label')} of people.`
  const state = dated.length === ages.length ? 'looked' : dated.length > 0 ? 'partly' : 'unknown'
  const byCase = Map.groupBy(known.labels ?? [], (label) => label.case)
  const findings = [
    ...dated.flatMap(({ suite, dates }) => [
      ...oldCases(suite, dates, known.now),
      ...staleLabels(suite, dates, byCase),
    ]),
    ...suites.flatMap((suite) => outdatedLabels(suite, byCase, known.itemsOf)),
  ]
  return { area: 'age', state, says: `${says}${labels}`, findings }
}

/** When a case was last changed: the newest of its lines. Null where one is not committed yet. */
export function changedAt(cases: readonly Case[], dates: LineDates): (number | null)[] {
  return cases.map(({ line }, position) => {
    const end = (cases[position + 1]?.line ?? dates.length + 1) - 1
    const own = dates.slice(line - 1, Math.max(end, line))
    return own.some((date) => date === null) ? null : Math.max(...own.map(Number))
  })
}

function ageOf(suite: ReviewedSuite, dates: LineDates | undefined): string {
  if (dates === undefined)
    return `${suite.name}: git does not know when its cases were changed (no repository, not tracked, or a shallow clone).`
  const known = changedAt(suite.cases, dates).filter((date) => date !== null)
  if (known.length === 0) return `${suite.name}: no case is committed yet.`
  return `${suite.name}: changed from ${utcDay(Math.min(...known))} to ${utcDay(Math.max(...known))}.`
}

function oldCases(suite: ReviewedSuite, dates: LineDates, now: number): ReviewFinding[] {
  const ages = changedAt(suite.cases, dates)
  const old = suite.cases.filter((_, position) => now - (ages[position] ?? now) > oldDays * dayMs)
  if (old.length === 0) return []
  const ids = old.map(({ id }) => id)
  const message = `${formatAmount(old.length, 'case')} of ${suite.cases.length} ${old.length === 1 ? 'is' : 'are'} unchanged for more than ${oldDays} days (${named(ids)})`
  const action = 'compare them with what users send today, and add cases from production (sluice case add)'
  return [findingAt(suite, old[0], { code: 'old-cases', message, action, cases: ids })]
}

type LabelsByCase = ReadonlyMap<string, readonly LabelDate[]>

/** Finds stale labels by dates, for those that do not say what they were about. */
function staleLabels(suite: ReviewedSuite, dates: LineDates, byCase: LabelsByCase): ReviewFinding[] {
  const ages = changedAt(suite.cases, dates)
  const stale = suite.cases.filter((one, position) => {
    const changed = ages[position]
    const labels = byCase.get(one.id) ?? []
    const newest = labels.reduce((latest, { at }) => Math.max(latest, Date.parse(at)), 0)
    return changed != null && labels.some(({ material }) => material === undefined) && newest < changed
  })
  if (stale.length === 0) return []
  const ids = stale.map(({ id }) => id)
  const message = `${formatAmount(stale.length, 'case')} changed after the last label of ${stale.length === 1 ? 'its' : 'their'} answers (${named(ids)})`
  const action = 'label their answers again: sluice judge label'
  return [findingAt(suite, stale[0], { code: 'stale-labels', message, action, cases: ids })]
}

/** Finds stale labels by what they say of their case and question. An output that was labelled anew is not named. */
function outdatedLabels(suite: ReviewedSuite, byCase: LabelsByCase, itemsOf: ItemsOfCase): ReviewFinding[] {
  const outdated = suite.cases.filter(({ id }) => {
    const items = itemsOf(id)
    const known = (byCase.get(id) ?? []).filter(({ item }) => items?.has(item))
    const ofPlaces = Map.groupBy(known, ({ item, output }) => `${output} ${item}`)
    return ofPlaces.values().some((own) => own.every(({ item, material }) => material && material !== items?.get(item)))
  })
  if (outdated.length === 0) return []
  const ids = outdated.map(({ id }) => id)
  const message = `labels of ${formatAmount(outdated.length, 'case')} no longer count, since the case or the question has changed (${named(ids)})`
  const action = 'label their answers again: sluice judge label'
  return [findingAt(suite, outdated[0], { code: 'outdated-labels', message, action, cases: ids })]
}
