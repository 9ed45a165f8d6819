import type { Case } from '../../core/suite/cases/case.ts'
import type { ReviewArea, ReviewFinding } from '../../records/report/suite-review.ts'
import { formatAmount } from '../../text/format.ts'
import { fewestHeldOut } from '../verdict/holdout-result.ts'
import { findingAt, named, type ReviewedSuite } from './reviewed-suite.ts'

/** Whether the held out cases of a feature can do what they are for. */
export function reviewHoldout(suites: readonly ReviewedSuite[]): ReviewArea {
  const counts = suites.map(({ name, cases }) => `${name} ${cases.filter(isHeldOut).length}`)
  const isUsed = suites.some(({ cases }) => cases.some(isHeldOut))
  const says = isUsed
    ? `Held out cases: ${counts.join(', ')}.`
    : 'No case is held out, so no report can tell whether the prompt was tuned to the suite. Mark some cases of full with holdout: true.'
  const findings = isUsed ? suites.flatMap((suite) => holdoutFindings(suite, suites)) : []
  return { area: 'holdout', state: 'looked', says, findings }
}

const isHeldOut = ({ holdout }: Case) => holdout === true

function holdoutFindings(suite: ReviewedSuite, suites: readonly ReviewedSuite[]): ReviewFinding[] {
  const held = suite.cases.filter(isHeldOut)
  const [first] = held
  if (first === undefined) return []
  return suite.name === 'fast' ? [inFast(suite, held)] : [...tooFew(suite, held), ...seenInFast(suite, held, suites)]
}

function inFast(suite: ReviewedSuite, held: readonly Case[]): ReviewFinding {
  const ids = held.map(({ id }) => id)
  const message = `${formatAmount(held.length, 'held out case')} in the fast suite (${named(ids)}): pull requests leave them out, and the nightly runs another suite, so nothing judges them`
  return findingAt(suite, held[0], { code: 'holdout-in-fast', message, action: 'move them to full', cases: ids })
}

function tooFew(suite: ReviewedSuite, held: readonly Case[]): ReviewFinding[] {
  if (held.length >= fewestHeldOut) return []
  const message = `${formatAmount(held.length, 'case')} held out: fewer than ${fewestHeldOut} cannot say whether the holdout disagrees`
  const action = `hold out ${fewestHeldOut - held.length} more, drawn at random`
  return [findingAt(suite, held[0], { code: 'small-holdout', message, action, cases: held.map(({ id }) => id) })]
}

/** A case that pull requests show under its id, or of which they show a case of the same source. */
function seenInFast(suite: ReviewedSuite, held: readonly Case[], suites: readonly ReviewedSuite[]): ReviewFinding[] {
  const shown = suites.flatMap(({ cases }) => cases.filter((one) => !isHeldOut(one)))
  const ids = new Set(shown.map(({ id }) => id))
  const clusters = new Set(shown.flatMap(({ cluster }) => cluster ?? []))
  const seen = held.filter(({ id, cluster }) => ids.has(id) || (cluster !== undefined && clusters.has(cluster)))
  if (seen.length === 0) return []
  const names = seen.map(({ id }) => id)
  const message = `${formatAmount(seen.length, 'held out case')} (${named(names)}) ${seen.length === 1 ? 'is' : 'are'} shown to pull requests all the same, by id or by a case of the same cluster`
  const action = 'hold out whole clusters, and in every suite'
  return [findingAt(suite, seen[0], { code: 'holdout-shown', message, action, cases: names })]
}
