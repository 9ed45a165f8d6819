import type { Case } from '../../core/suite/cases/case.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { ReviewArea, ReviewFinding } from '../../records/report/suite-review.ts'
import { formatAmount } from '../../text/format.ts'
import { findingAt, named, type ReviewedSuite } from './reviewed-suite.ts'

/** A case without its place, its tags and its weight: what it asks and what it expects. */
const contentOf = ({ vars, expected, expect, checks, rubric }: Case) =>
  canonicalJson({ vars, expected: expected ?? null, expect: expect ?? null, checks, rubric })

/** How the fast suite lies in the full one, by id and by content. */
export function reviewOverlap(suites: readonly ReviewedSuite[]): ReviewArea {
  const fast = suites.find(({ name }) => name === 'fast')
  const full = suites.find(({ name }) => name === 'full')
  if (fast === undefined || full === undefined) {
    const says = 'The feature has no two suites fast and full in two files: there is nothing to compare.'
    return { area: 'overlap', state: 'looked', says, findings: [] }
  }
  const byId = new Map(full.cases.map((one) => [one.id, one]))
  const byContent = new Map(full.cases.map((one) => [contentOf(one), one]))
  const same = fast.cases.filter((one) => byId.has(one.id))
  const says = `${same.length} of the ${formatAmount(fast.cases.length, 'case')} of fast are in full, which has ${formatAmount(full.cases.length, 'case')}.`
  const findings = [
    ...otherContent(fast, full, byId),
    ...otherNames(fast, full, byId, byContent),
    ...onlyFast(fast, byId, byContent),
  ]
  return { area: 'overlap', state: 'looked', says, findings }
}

function otherContent(fast: ReviewedSuite, full: ReviewedSuite, byId: ReadonlyMap<string, Case>): ReviewFinding[] {
  return fast.cases.flatMap((one) => {
    const other = byId.get(one.id)
    if (other === undefined || contentOf(one) === contentOf(other)) return []
    const message = `"${one.id}" is another case here than at ${full.file}:${other.line}: results and labels are joined by id`
    return [
      findingAt(fast, one, { code: 'same-id', message, action: 'make them equal, or rename one', cases: [one.id] }),
    ]
  })
}

function otherNames(
  fast: ReviewedSuite,
  full: ReviewedSuite,
  byId: ReadonlyMap<string, Case>,
  byContent: ReadonlyMap<string, Case>,
): ReviewFinding[] {
  return fast.cases.flatMap((one) => {
    const other = byContent.get(contentOf(one))
    if (byId.has(one.id) || other === undefined) return []
    const message = `"${one.id}" is the case "${other.id}" at ${full.file}:${other.line} under another id: its results and labels are not joined`
    return [
      findingAt(fast, one, { code: 'other-id', message, action: 'give both the same id', cases: [one.id, other.id] }),
    ]
  })
}

function onlyFast(
  fast: ReviewedSuite,
  byId: ReadonlyMap<string, Case>,
  byContent: ReadonlyMap<string, Case>,
): ReviewFinding[] {
  const alone = fast.cases.filter((one) => !byId.has(one.id) && !byContent.has(contentOf(one)))
  if (alone.length === 0) return []
  const ids = alone.map(({ id }) => id)
  const message = `${formatAmount(alone.length, 'case')} of fast ${alone.length === 1 ? 'is' : 'are'} not in full (${named(ids)}): the nightly never asks ${alone.length === 1 ? 'it' : 'them'}`
  return [findingAt(fast, alone[0], { code: 'not-in-full', message, action: 'add them to full', cases: ids })]
}
