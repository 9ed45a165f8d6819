import { isDeterministic, type LookPlan, mdePower, normCdf, type Pair, type Plan } from '../../stats/index.ts'
import { formatChange, formatScore } from '../../text/format.ts'
import { power } from './detectable-drop.ts'
import type { GatePolicy } from './policy.ts'
import { proofNeeded } from './rare-losses.ts'
import type { ThreeWayTest } from './three-way-test.ts'

/** The smallest margin that the suite can decide on, and what a smaller one would take. */
export interface Advice {
  /** The smallest margin that an unchanged version meets with 80 % probability after all rounds; null when unknown. */
  smallestMargin: number | null
  helps: 'cases' | 'repeats' | 'either' | 'neither'
  /** The cases needed with the repeats of the last round. */
  cases?: number
  /** The repeats needed with the present cases. */
  repeats?: number
  text: string
}

interface AdviceRequest {
  test: ThreeWayTest
  pairs: readonly Pair[]
  plan: LookPlan
  margin: number
  /** The name of the margin in a sentence. */
  marginOf: string
  policy: GatePolicy
}

/**
 * Splits the variance of the difference into noise, which repeats reduce, and spread between cases, which only more
 * cases reduce. `mdePower` then says what 80 % power would take.
 */
export function advise(request: AdviceRequest): Advice {
  const { test, pairs, plan, margin, marginOf } = request
  const { statistics } = test
  const repeats = plan.repeats.at(-1) ?? 1
  if (statistics?.seUsed === undefined) {
    const text = 'One case with one repeat says nothing about noise: add cases, or repeats.'
    return { smallestMargin: null, helps: 'either', text }
  }
  const few = tooFewAnswers(request)
  if (isDeterministic(statistics)) {
    const text = withoutNoise(request)
    if (few) return { ...few, text: `${text} ${few.text}` }
    return { smallestMargin: 0, helps: 'neither', text }
  }
  if (few) return few
  const design = designOf(request)
  const { mde, nForPassPower } = mdePower({ ...design, rCand: repeats, rBase: repeats })
  const scale = pairs.length / design.nEff
  const size = `With ${pairs.length} cases and ${repeats === 1 ? 'one repeat' : `up to ${repeats} repeats`} the smallest margin that an unchanged version meets with 80 % probability is ${formatScore(mde)}`
  if (mde <= margin) return { smallestMargin: mde, ...nearTheMargin(request, design, size) }
  const cases = Math.ceil(nForPassPower * scale)
  const enough = repeatsNeeded(design)
  if (enough === undefined || enough <= repeats) {
    const text = `${size}. More cases would help (about ${cases} for the ${marginOf} of ${margin}); ${onRepeats(pairs, design, repeats)}`
    return { smallestMargin: mde, helps: 'cases', cases, text }
  }
  const text = `${size}. For the ${marginOf} of ${margin} about ${cases} cases asked ${times(repeats)} each would be enough, or these ${pairs.length} asked ${times(enough)}. ${betterBuy}`
  return { smallestMargin: mde, helps: 'either', cases, repeats: enough, text }
}

const times = (repeats: number) => (repeats === 1 ? 'once' : `${repeats} times`)

const betterBuy =
  'A new case costs no more than a repeated one, and tells more. The cheapest are short, and checks score them without a judge.'

/**
 * The advice where the noise would let the test pass and only answers are missing; undefined elsewhere, or where no
 * number of answers would do.
 */
function tooFewAnswers({ test, pairs, plan, margin, policy }: AdviceRequest): Advice | undefined {
  const { outcome, statistics, rareLosses, look } = test
  if (outcome !== 'undecided' || !statistics || !rareLosses) return undefined
  const { cases } = proofNeeded(statistics, rareLosses, { plan, look, margin, estimand: policy.estimand })
  if (!Number.isFinite(cases)) return undefined
  const more = cases - pairs.length
  // A run that its budget ended has repeats left to ask.
  if (more <= 0) return { smallestMargin: null, helps: 'repeats', text: 'More repeats of these cases would be enough.' }
  const text = `About ${more} more ${more === 1 ? 'case' : 'cases'} would be enough. ${betterBuy}`
  return { smallestMargin: null, helps: 'cases', cases, text }
}

/** Says what is certain, and how rare a fault can be that none of n answers showed: (1 - p)^n = 1 - confidence. */
function withoutNoise({ test, pairs, plan, policy: { confidence } }: AdviceRequest): string {
  // Another test of the run may have asked for more repeats than this one uses.
  const most = plan.repeats[test.look] ?? Number.POSITIVE_INFINITY
  const answers = pairs.reduce((sum, { candidate }) => sum + Math.min(candidate.count, most), 0)
  const rare = Math.ceil(100 * (1 - (1 - confidence) ** (1 / answers)))
  return `No score varied between repeats: a drop in every answer is seen. A fault in up to ${rare} % of the answers may be in none of the candidate's ${answers}.`
}

/** Says why repeats alone would not do, or that the data cannot tell: noise shows only where a case was repeated. */
function onRepeats(pairs: readonly Pair[], { tau, varCand, varBase }: Plan, repeats: number): string {
  const unknown = pairs.some(
    ({ candidate, baseline }) => candidate.variance === undefined || baseline.variance === undefined,
  )
  if (unknown) {
    return 'whether more repeats would too is unknown: noise cannot be told from the spread between cases that have one repeat.'
  }
  const share = tau ** 2 / (tau ** 2 + (varCand + varBase) / repeats)
  return `more repeats alone would not: ${Math.round(100 * share)} % of the variance lies between cases.`
}

/** Says that the suite is large enough for its margin: a run that is still undecided lies close to it. */
function nearTheMargin(
  { test, pairs, plan, margin, marginOf }: AdviceRequest,
  design: Plan,
  size: string,
): Omit<Advice, 'smallestMargin'> {
  const repeats = plan.repeats.at(-1) ?? 1
  const enough = `${size}: enough for the ${marginOf} of ${margin}.`
  const difference = test.statistics?.delta
  if (test.outcome !== 'undecided' || difference === undefined) return { helps: 'neither', text: enough }
  const distance = Math.max(Math.abs(difference + margin), 1e-4)
  const { nForPassPower } = mdePower({ ...design, rCand: repeats, rBase: repeats, margin: distance })
  const cases = Math.ceil((nForPassPower * pairs.length) / design.nEff)
  const close = `The difference of ${formatChange(difference)} is close to it: to decide takes about ${cases} cases with ${repeats} repeats.`
  return { helps: 'cases', cases, text: `${enough} ${close}` }
}

/** The design of the run as the data show it, before the number of repeats is chosen. */
function designOf({ test, pairs, plan, margin, policy }: AdviceRequest): Plan {
  const { nEff = 1, delta = 0, seCluster } = test.statistics ?? {}
  const spread = weightedSquare(pairs, ({ candidate, baseline }) => (candidate.mean - baseline.mean - delta) ** 2)
  const variance = pairs.length > 1 ? (spread * pairs.length) / (pairs.length - 1) : 0
  const varCand = weightedSquare(pairs, ({ candidate }) => candidate.variance)
  const varBase = weightedSquare(pairs, ({ baseline }) => baseline.variance)
  const repeats = plan.repeats[test.look] ?? 1
  const population = policy.estimand === 'population'
  const deff = population && seCluster !== undefined && variance > 0 ? (seCluster ** 2 * nEff) / variance : 1
  const common = { nEff, deff, rCand: 1, rBase: 1, alpha: lastLevel(plan), power, margin }
  if (Number.isNaN(varCand + varBase)) {
    const allNoise = !population && (plan.repeats.at(-1) ?? 1) > 1
    const tau = allNoise ? 0 : Math.sqrt(variance)
    return { ...common, tau, varCand: allNoise ? variance : 0, varBase: 0 }
  }
  const tau = population ? Math.sqrt(Math.max(0, variance - (varCand + varBase) / repeats)) : 0
  return { ...common, tau, varCand, varBase }
}

/** The repeats with which the present cases reach the power; undefined when no number does. */
function repeatsNeeded(design: Plan): number | undefined {
  const { nForPassPower } = mdePower({ ...design, tau: 0 })
  const between = mdePower({ ...design, varCand: 0, varBase: 0 }).nForPassPower
  if (between >= design.nEff) return undefined
  return Math.ceil(nForPassPower / (design.nEff - between))
}

/** The level at which the last round passes, taken as a test of its own. */
function lastLevel({ boundsPass }: LookPlan): number {
  return normCdf(-(boundsPass.at(-1) ?? 0))
}

/** The mean with weights w^2, as the variance of a weighted mean has it; NaN when a value is missing. */
function weightedSquare(pairs: readonly Pair[], value: (pair: Pair) => number | undefined): number {
  let sum = 0
  let total = 0
  for (const pair of pairs) {
    sum += pair.weight ** 2 * (value(pair) ?? Number.NaN)
    total += pair.weight ** 2
  }
  return sum / total
}
