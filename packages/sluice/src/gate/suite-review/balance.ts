import type { Case } from '../../core/suite/cases/case.ts'
import type { ReviewArea, ReviewFinding } from '../../records/report/suite-review.ts'
import { formatAmount, formatPercent } from '../../text/format.ts'
import { fewestCases } from '../verdict/tags.ts'
import { findingAt, named, type ReviewedSuite } from './reviewed-suite.ts'

/** A tag with more of the weight than this says what the mean says already. */
const nearlyAll = 0.9
/** Below this share of the cases, weights throw away much of what the suite costs. */
const leastEffective = 0.7

/** Whether the tags of each suite can be judged, and say something of their own. */
export function reviewTags(suites: readonly ReviewedSuite[]): ReviewArea {
  const says = suites.map(({ name, cases }) => `${name}: ${shares(cases)}.`).join(' ')
  return { area: 'tags', state: 'looked', says, findings: suites.flatMap(tagFindings) }
}

function byTag(cases: readonly Case[]): Map<string, Case[]> {
  const tags = new Map<string, Case[]>()
  for (const one of cases) for (const tag of new Set(one.tags)) tags.set(tag, [...(tags.get(tag) ?? []), one])
  return tags
}

const weightOf = (cases: readonly Case[]) => cases.reduce((sum, { weight }) => sum + weight, 0)

function shares(cases: readonly Case[]): string {
  const total = weightOf(cases)
  const tags = [...byTag(cases)].map(
    ([tag, own]) => `${tag} ${formatAmount(own.length, 'case')}, ${formatPercent(weightOf(own) / total)} of the weight`,
  )
  return tags.length === 0 ? 'no tags' : tags.join('; ')
}

function tagFindings(suite: ReviewedSuite): ReviewFinding[] {
  const { cases } = suite
  const tags = byTag(cases)
  if (cases.length === 0) return []
  if (tags.size === 0) {
    const message = 'no case has a tag: a drop on one kind of input hides in the mean'
    const action = 'tag the cases by the kinds of input that must each hold, e.g. tags: [core], tags: [edge]'
    return [findingAt(suite, cases[0], { code: 'no-tags', message, action })]
  }
  return [...untagged(suite), ...smallTags(suite, tags), ...largeTags(suite, tags), ...equalTags(suite, tags)]
}

function untagged(suite: ReviewedSuite): ReviewFinding[] {
  const found = suite.cases.filter(({ tags }) => tags.length === 0)
  if (found.length === 0) return []
  const ids = found.map(({ id }) => id)
  const message = `${formatAmount(found.length, 'case')} without a tag (${named(ids)}): no tag is judged by them`
  return [findingAt(suite, found[0], { code: 'untagged', message, action: 'tag them', cases: ids })]
}

function smallTags(suite: ReviewedSuite, tags: ReadonlyMap<string, Case[]>): ReviewFinding[] {
  return [...tags].flatMap(([tag, own]) => {
    if (own.length >= fewestCases) return []
    const message = `the tag ${tag} has ${formatAmount(own.length, 'case')}: from ${fewestCases} on a tag is judged by itself, so this one is only shown`
    const action = `add ${formatAmount(fewestCases - own.length, 'case')} with it, or give these another tag`
    return [findingAt(suite, own[0], { code: 'small-tag', message, action, cases: own.map(({ id }) => id) })]
  })
}

function largeTags(suite: ReviewedSuite, tags: ReadonlyMap<string, Case[]>): ReviewFinding[] {
  const total = weightOf(suite.cases)
  return [...tags].flatMap(([tag, own]) => {
    const share = weightOf(own) / total
    if (share < nearlyAll) return []
    const message = `the tag ${tag} has ${formatPercent(share)} of the weight: it says what the mean says, and takes its share of the tags' error budget`
    return [
      findingAt(suite, own[0], { code: 'large-tag', message, action: 'split it by kind of input, or leave it out' }),
    ]
  })
}

function equalTags(suite: ReviewedSuite, tags: ReadonlyMap<string, Case[]>): ReviewFinding[] {
  const groups = Map.groupBy(tags, ([, own]) => own.map(({ line }) => line).join(','))
  return [...groups.values()].flatMap((group) => {
    if (group.length < 2) return []
    const names = group.map(([tag]) => tag).join(', ')
    const message = `the tags ${names} are on the same cases: they are judged as several and say one thing`
    return [findingAt(suite, group[0]?.[1][0], { code: 'equal-tags', message, action: 'keep one of them' })]
  })
}

/** (sum w)^2 / sum w^2: as many equally weighted cases tell as much (Kish 1965). */
function effectiveCases(weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const squares = weights.reduce((total, weight) => total + weight ** 2, 0)
  return squares === 0 ? 0 : sum ** 2 / squares
}

/** How many equal cases the weights leave. */
export function reviewWeights(suites: readonly ReviewedSuite[]): ReviewArea {
  const says = suites.map(({ name, cases }) => {
    const { all, clusters } = effective(cases)
    const own = clusters < cases.length ? `, in ${formatAmount(clusters, 'independent source')}` : ''
    return `${name}: ${formatAmount(cases.length, 'case')} count as ${round(all)} of equal weight${own}.`
  })
  const findings = suites.flatMap((suite) => {
    const { cases } = suite
    const { all } = effective(cases)
    if (cases.length === 0 || all >= leastEffective * cases.length) return []
    const heaviest = [...cases].sort((a, b) => b.weight - a.weight || a.line - b.line)
    const few = heaviest.slice(
      0,
      Math.max(
        1,
        heaviest.findIndex(({ weight }) => weight < (heaviest[0]?.weight ?? 0)),
      ),
    )
    const share = formatPercent(weightOf(few) / weightOf(cases))
    const message = `the weights make ${cases.length} cases count as ${round(all)} ((sum of w)² / sum of w²); ${named(few.map(({ id }) => id))} ${few.length === 1 ? 'has' : 'have'} ${share} of all weight`
    const action = 'bring the weights nearer to each other, and mark what may never fail as critical instead'
    return [findingAt(suite, few[0], { code: 'weight-concentration', message, action, cases: few.map(({ id }) => id) })]
  })
  return { area: 'weights', state: 'looked', says: says.join(' '), findings }
}

function effective(cases: readonly Case[]): { all: number; clusters: number } {
  const sources = new Set(cases.map(({ cluster, line }) => cluster ?? line))
  return { all: effectiveCases(cases.map(({ weight }) => weight)), clusters: sources.size }
}

const round = (count: number) => Number(count.toFixed(1))
