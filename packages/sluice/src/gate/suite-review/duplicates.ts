import type { Case } from '../../core/suite/cases/case.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { ReviewArea, ReviewFinding } from '../../records/report/suite-review.ts'
import { formatPercent } from '../../text/format.ts'
import { findingAt, inputText, named, type ReviewedSuite } from './reviewed-suite.ts'
import { groupsOf, similarPairs } from './similar-texts.ts'

/** From this share of common runs of three words on, two inputs ask the same. */
const nearDuplicateFrom = 0.8

/** A case that repeats an earlier one of the same file in everything but its id and where it comes from. */
export interface Duplicate {
  kept: Case
  again: Case
}

/** What a case asks, and what of its answer is scored. */
const askedOf = ({ vars }: Case) => canonicalJson(vars)
const scoredOf = ({ expected, expect, checks, rubric }: Case) =>
  canonicalJson({ expected: expected ?? null, expect: expect ?? null, checks, rubric })
/** Everything that `--fix` would lose with a case; its id, its place and its source apart. */
const wholeOf = ({ id: _, line: __, source: ___, ...rest }: Case) => canonicalJson(rest)

/** The duplicates that are the same in everything, so that removing them loses nothing but weight. */
export function exactDuplicates(cases: readonly Case[]): Duplicate[] {
  const groups = Map.groupBy(cases, wholeOf)
  return [...groups.values()].flatMap(([kept, ...others]) =>
    kept === undefined ? [] : others.map((again) => ({ kept, again })),
  )
}

/** Cases that ask the same, word for word, within each file. */
export function reviewDuplicates(suites: readonly ReviewedSuite[]): ReviewArea {
  const findings = suites.flatMap(duplicatesIn)
  const says = 'Cases with the same variables, within one file; spelling counts.'
  return { area: 'duplicates', state: 'looked', says, findings }
}

function duplicatesIn(suite: ReviewedSuite): ReviewFinding[] {
  const exact = exactDuplicates(suite.cases)
  const removable = new Map(exact.map(({ kept, again }) => [again, kept]))
  const found = exact.map(({ kept, again }) =>
    findingAt(suite, again, {
      code: 'duplicate',
      message: `"${again.id}" is "${kept.id}" (line ${kept.line}) once more: the same input counts twice`,
      action: 'remove it; if the input is to count more, give the first one a weight',
      cases: [kept.id, again.id],
      fixable: true,
    }),
  )
  const groups = Map.groupBy(
    suite.cases.filter((one) => !removable.has(one)),
    askedOf,
  )
  for (const [first, ...others] of groups.values()) {
    for (const other of others) {
      if (first === undefined) continue
      const alike = scoredOf(first) === scoredOf(other)
      const message = alike
        ? `"${other.id}" asks the same as "${first.id}" (line ${first.line}) and is scored alike, with other tags, weight or cluster`
        : `"${other.id}" asks the same as "${first.id}" (line ${first.line}) and expects something else`
      const action = alike
        ? 'make one case of the two, with the tags of both'
        : 'make one case of the two that checks both, or remove the wrong one: no answer can be right for one input and wrong for the same'
      found.push(findingAt(suite, other, { code: 'same-input', message, action, cases: [first.id, other.id] }))
    }
  }
  return found
}

/** Groups of cases whose inputs are nearly the same, without those that are word for word. */
export function reviewNearDuplicates(suites: readonly ReviewedSuite[]): ReviewArea {
  const findings = suites.flatMap(nearDuplicatesIn)
  const says = `Inputs of which ${formatPercent(nearDuplicateFrom)} or more of the runs of three words are the same (Jaccard similarity; case and punctuation play no part).`
  return { area: 'near-duplicates', state: 'looked', says, findings }
}

function nearDuplicatesIn(suite: ReviewedSuite): ReviewFinding[] {
  const byInput = new Map<string, Case>()
  for (const one of suite.cases) if (!byInput.has(askedOf(one))) byInput.set(askedOf(one), one)
  const cases = [...byInput.values()]
  const pairs = similarPairs(cases.map(inputText), nearDuplicateFrom)
  const groups = groupsOf(
    cases.length,
    pairs.map(({ first, second }) => [first, second] as const),
  )
  return groups.flatMap((group) => {
    const members = group.flatMap((position) => cases[position] ?? [])
    const [first, ...others] = members
    if (first === undefined || isOneCluster(members)) return []
    const within = new Set(group)
    const least = Math.min(...pairs.filter(({ first }) => within.has(first)).map(({ similarity }) => similarity))
    return [
      findingAt(suite, others[0], {
        code: 'near-duplicate',
        message: `"${first.id}" (line ${first.line}) and ${named(others.map(({ id }) => id))} ask nearly the same: ${formatPercent(least)} or more of their words in a row are equal`,
        action:
          'replace all but one by cases of another kind, or declare them one cluster so that intervals stay honest',
        cases: members.map(({ id }) => id),
      }),
    ]
  })
}

function isOneCluster(cases: readonly Case[]): boolean {
  const [first] = cases
  return first?.cluster !== undefined && cases.every(({ cluster }) => cluster === first.cluster)
}
