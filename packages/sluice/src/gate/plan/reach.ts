import { type Estimand, gsBounds, normInv, tOfZ } from '../../stats/index.ts'
import { dropFoundAt, power } from '../verdict/detectable-drop.ts'
import { errorRates, type GatePolicy } from '../verdict/policy.ts'
import type { SuiteNoise } from './suite-noise.ts'

/** A suite as it could be: how many cases, and how often each is asked in each version. */
export interface Design {
  cases: number
  repeats: number
}

/** What is tested: the mean against its margin, or one of several tags. */
export interface PlannedTest {
  policy: GatePolicy
  margin: number
  /**
   * Tags that share the error rate: the first of them to fail is tested at an equal part of it (Holm). 1 for the mean.
   */
  among: number
}

/** What a gate of this design sees. Null: not known, or more than any score can drop. */
export interface Reach {
  /** The smallest drop that it fails with 80 % probability, where every answer is worse alike. */
  drop: number | null
  /** The smallest drop where some answers lose their whole score and the others nothing, which is noisier. */
  dropInFewAnswers: number | null
  /** The smallest margin that an unchanged version meets with 80 % probability. */
  smallestMargin: number | null
}

/**
 * What a design sees, by the normal approximation of the gate's last round (Jennison & Turnbull 2000, chapter 2), with
 * the gate's own boundaries, standard errors and degrees of freedom.
 */
export function reachOf(noise: SuiteNoise, design: Design, test: PlannedTest): Reach {
  const { margin, policy } = test
  const error = errorOf(noise, design, policy.estimand)
  const bounds = boundsOf(test, design.repeats)
  if (!error || !bounds) return { drop: null, dropInFewAnswers: null, smallestMargin: null }
  const { se, df } = error
  const found = (error: number) => (error === 0 ? margin : dropFoundAt({ margin, bound: bounds.fail, se: error, df }))
  return {
    drop: atMostOne(found(se)),
    dropInFewAnswers: atMostOne(inFewAnswers(noise, design, se, found)),
    smallestMargin: se === 0 ? 0 : (tOfZ(bounds.pass, df) + normInv(power)) * se,
  }
}

/** The rounds of a gate that asks at most `repeats` times: those of the policy, ended there. */
function roundsUpTo({ looks }: GatePolicy, repeats: number): number[] {
  return [...looks.filter((round) => round < repeats), repeats]
}

/** The bounds of the last round, on the normal scale. */
function boundsOf({ policy, among }: PlannedTest, repeats: number): { pass: number; fail: number } | undefined {
  const rounds = roundsUpTo(policy, repeats)
  const fractions = rounds.map((round) => round / repeats)
  const { alphaPass, alphaFail } = errorRates(policy)
  const pass = gsBounds(fractions, alphaPass).at(-1)
  const fail = gsBounds(fractions, alphaFail / among).at(-1)
  return pass === undefined || fail === undefined ? undefined : { pass, fail }
}

/**
 * The standard error and its degrees of freedom, as the gate would compute them: from repeats where each case has two
 * and exactly these cases count, else from the spread between cases. 0: no score varies.
 */
function errorOf(
  noise: SuiteNoise,
  { cases, repeats }: Design,
  estimand: Estimand,
): { se: number; df: number } | undefined {
  const scale = cases / noise.cases
  const within = (noise.withinCandidate + noise.withinBaseline) / repeats / scale
  if (estimand === 'golden-set' && repeats > 1) {
    return { se: floored(Math.sqrt(within), cases), df: Math.max(1, noise.dfWithin * (repeats - 1) * scale) }
  }
  if (noise.between === null && estimand === 'population') return undefined
  const df = noise.dfBetween === null ? cases - 1 : (noise.dfBetween + 1) * scale - 1
  const se = Math.sqrt((noise.between ?? 0) / scale + within)
  return df < 1 ? undefined : { se: Math.max(se, 1e-3 / Math.sqrt(cases)), df }
}

/** The gate never takes a standard error to be smaller than this, but where no score varies at all. */
function floored(se: number, cases: number): number {
  return se === 0 ? 0 : Math.max(se, 1e-3 / Math.sqrt(cases))
}

/**
 * The drop d where a share d / m of the answers falls from the mean m to 0. It adds m d - d^2 to the variance of an
 * answer, so d is the fixed point of what is found with that error.
 */
function inFewAnswers(
  { mean, nEff, cases: measured }: SuiteNoise,
  { cases, repeats }: Design,
  se: number,
  found: (se: number) => number,
): number {
  const top = mean ?? 1
  const answers = ((nEff * cases) / measured) * repeats
  let drop = found(se)
  for (let step = 0; step < 200; step += 1) {
    const before = drop
    drop = found(Math.sqrt(se ** 2 + Math.max(0, top * drop - drop ** 2) / answers))
    if (Math.abs(drop - before) < 1e-9 || drop > 1) break
  }
  return drop > top ? Number.POSITIVE_INFINITY : drop
}

function atMostOne(drop: number): number | null {
  return drop <= 1 ? drop : null
}
