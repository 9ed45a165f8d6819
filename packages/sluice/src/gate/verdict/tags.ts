import { atLeast, gsBounds, type LookPlan, type PairedLook, pairedLook } from '../../stats/index.ts'
import { pairsOf, type SummedCase } from './gate-case.ts'
import { errorRates, type GatePolicy } from './policy.ts'

/** Fewer cases than this are shown, but not tested. */
export const fewestCases = 5

/** A tag under test, carried from round to round. */
export interface TagTest {
  tag: string
  /** The last round (0-based) in which the tag's cases were repeated. */
  look: number
  statistics: PairedLook | undefined
  /** The statistic by round; undefined where it was not computed. */
  zSigs: (number | undefined)[]
  /** Whether its drop is large and not yet cleared, so that a pass waits for further repeats of its cases. */
  suspicious: boolean
  failed: boolean
  /** The error rate of its test after Holm's correction, at which its verdict was made. */
  alpha: number
}

interface TagRound {
  look: number
  plan: LookPlan
  policy: GatePolicy
  /** Whether no case varies between repeats, so that the difference itself decides. */
  deterministic: boolean
  /** Whether every tag is tested, or only the suspicious ones. */
  all: boolean
}

/** Positions of the cases by tag, in order of first appearance. */
export function casesByTag(cases: readonly SummedCase[]): Map<string, SummedCase[]> {
  const byTag = new Map<string, SummedCase[]>()
  for (const summed of cases) {
    for (const tag of summed.case.tags) {
      const known = byTag.get(tag)
      if (known) known.push(summed)
      else byTag.set(tag, [summed])
    }
  }
  return byTag
}

/**
 * Tests the tags with at least 5 pairs. Which of them fail, `failTogether` finds, by the most extreme round of each.
 * One is suspicious when its difference is beyond half of the tag margin and not shown to be within it.
 */
export function testTags(before: readonly TagTest[], byTag: Map<string, SummedCase[]>, at: TagRound): TagTest[] {
  const tests: TagTest[] = []
  for (const [tag, cases] of byTag) {
    const known = before.find((test) => test.tag === tag)
    if (known && !at.all && !known.suspicious) tests.push(known)
    else if (known || cases.length >= fewestCases) tests.push(...testTag(tag, known, cases, at))
  }
  return tests
}

/** What Holm's procedure needs of a test, and what it finds. */
type FamilyTest = Pick<TagTest, 'zSigs' | 'failed' | 'alpha'>

/** The tests of tags and of metrics as one family: the chance that any of them fails without cause is alphaFail. */
export function failTogether<T extends FamilyTest, M extends FamilyTest>(
  tags: readonly T[],
  metrics: readonly M[],
  { plan, policy }: Pick<TagRound, 'plan' | 'policy'>,
): { tags: T[]; metrics: M[] } {
  const { failed, left } = holmFailures([...tags, ...metrics], plan.repeats, errorRates(policy).alphaFail)
  const found = <F extends FamilyTest>(test: F): F => ({
    ...test,
    failed: failed.has(test),
    alpha: failed.get(test) ?? left,
  })
  return { tags: tags.map(found), metrics: metrics.map(found) }
}

function testTag(tag: string, known: TagTest | undefined, cases: readonly SummedCase[], at: TagRound): TagTest[] {
  const { look, plan, policy, deterministic } = at
  const margin = policy.tagMargin
  const pairs = pairsOf(cases)
  if (pairs.length < fewestCases) return known ? [known] : []
  const statistics = pairedLook(pairs, { margin, estimand: policy.estimand })
  const zSigs = [...(known?.zSigs ?? [])]
  zSigs[look] = statistics && deterministic ? certainty(atLeast(statistics.delta, -margin)) : statistics?.zSig
  const cleared = (zSigs[look] ?? Number.NEGATIVE_INFINITY) >= (plan.boundsPass[look] ?? Number.POSITIVE_INFINITY)
  const suspicious = statistics !== undefined && statistics.delta <= -margin / 2 && !cleared
  return [{ tag, look, statistics, zSigs, suspicious, failed: false, alpha: errorRates(policy).alphaFail }]
}

function certainty(good: boolean): number {
  return good ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
}

/**
 * Holm's step-down over sequential tests: at each step the tags that ever crossed the boundary of alpha divided by the
 * number of tags that remain are rejected, until a step rejects none. Each tag that failed comes with the rate of its
 * step; `left` is the rate of those that remain.
 */
function holmFailures(
  tests: readonly FamilyTest[],
  repeats: readonly number[],
  alpha: number,
): { failed: Map<FamilyTest, number>; left: number } {
  const fractions = repeats.map((repeat) => repeat / (repeats.at(-1) ?? 1))
  const failed = new Map<FamilyTest, number>()
  for (;;) {
    const remaining = tests.filter((test) => !failed.has(test))
    const rate = alpha / Math.max(1, remaining.length)
    if (remaining.length === 0) return { failed, left: rate }
    const bounds = gsBounds(fractions, rate)
    const crossed = remaining.filter(({ zSigs }) =>
      zSigs.some((z, k) => z !== undefined && z <= -(bounds[k] ?? Infinity)),
    )
    if (crossed.length === 0) return { failed, left: rate }
    for (const test of crossed) failed.set(test, rate)
  }
}
