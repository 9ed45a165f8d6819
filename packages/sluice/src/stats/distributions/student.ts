import { logBeta, logBetaIncReg, type Probability } from './beta.ts'
import { findZero } from './find-zero.ts'
import { normCdf, normInv, normLogUpperTail, normUpperTailInv } from './normal.ts'

/** P(T <= t) for Student's t with df > 0 degrees of freedom; df may be fractional or Infinity. */
export function tCdf(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > 0)) return Number.NaN
  if (df === Infinity) return normCdf(t)
  return t < 0 ? Math.exp(tLogUpperTail(-t, df)) : 1 - Math.exp(tLogUpperTail(t, df))
}

/** log P(T > t); exact where the probability itself underflows. */
export function tLogUpperTail(t: number, df: number): number {
  if (t < 0) return Math.log1p(-Math.exp(tLogUpperTail(-t, df)))
  const z = normalEquivalent(t, df)
  if (z !== undefined) return normLogUpperTail(z)
  const { x, y } = shares(t, df)
  return logBetaIncReg(df / 2, 0.5, x, y) - Math.LN2
}

/** The z with P(Z > z) = P(T > t): a t statistic on the normal scale, at any distance from 0. */
export function zOfT(t: number, df: number): number {
  if (t < 0) return -zOfT(-t, df)
  return normalEquivalent(t, df) ?? normUpperTailInv(tLogUpperTail(t, df))
}

/** The t with P(T > t) = P(Z > z); the inverse of `zOfT`. */
export function tOfZ(z: number, df: number): number {
  if (z < 0) return -tOfZ(-z, df)
  return df === Infinity ? z : upperTailInv(normLogUpperTail(z), df)
}

/** The quantile of Student's t with df > 0; infinite at 0 and 1, NaN outside. */
export function tInv(p: number, df: number): number {
  if (!(p >= 0 && p <= 1) || !(df > 0)) return Number.NaN
  if (df === Infinity) return normInv(p)
  if (p === 0.5) return 0
  if (Math.abs(p - 0.5) < 0.25) return Math.sign(p - 0.5) * centralInv(Math.abs(p - 0.5), df)
  return p < 0.5 ? -upperTailInv(Math.log(p), df) : upperTailInv(Math.log(1 - p), df)
}

/** The t > 0 with P(T > t) = exp(logTail). Sought on the scale of log t, where both tails are nearly straight. */
function upperTailInv(logTail: number, df: number): number {
  if (logTail === Number.NEGATIVE_INFINITY) return Infinity
  if (logTail > Math.log(0.25)) return centralInv(0.5 - Math.exp(logTail), df)
  const excess = (logT: number): [number, number] => {
    const t = Math.exp(logT)
    const log = tLogUpperTail(t, df)
    return [logTail - log, Math.exp(logT + logDensity(t, df) - log)]
  }
  return Math.exp(findZero(excess, Math.log(normUpperTailInv(logTail)), -2, 709))
}

/** The t >= 0 with P(0 < T < t) = mass, for mass up to 0.25. */
function centralInv(mass: number, df: number): number {
  if (mass <= 0) return 0
  const logCentral = (t: number) => {
    const { x, y } = shares(t, df)
    return df > 1e5
      ? Math.log(normCdf(normalEquivalent(t, df) ?? t) - 0.5)
      : logBetaIncReg(0.5, df / 2, y, x) - Math.LN2
  }
  const excess = (logT: number): [number, number] => {
    const t = Math.exp(logT)
    const log = logCentral(t)
    return [log - Math.log(mass), Math.exp(logT + logDensity(t, df) - log)]
  }
  return Math.exp(findZero(excess, Math.log(mass) - logDensity(0, df), -745, 709))
}

/** For many degrees of freedom the z of equal tail: Hill's expansion in log(1 + t^2/df) (CACM 13, 1970, no. 395). */
function normalEquivalent(t: number, df: number): number | undefined {
  if (df === Infinity) return t
  const a = df - 0.5
  const square = a * Math.log1p((t * t) / df)
  if (df < 1e5 || square > 0.01 * a) return undefined
  const z = Math.sqrt(square)
  const b = 48 * a * a
  return z + (z * (square + 3)) / b
}

function logDensity(t: number, df: number): number {
  return -((df + 1) / 2) * Math.log1p((t * t) / df) - 0.5 * Math.log(df) - logBeta(df / 2, 0.5)
}

/** x = df / (df + t^2) and y = 1 - x, also where t^2 overflows. */
function shares(t: number, df: number): { x: Probability; y: Probability } {
  const odds = (t / df) * t
  const logRest = odds < Infinity ? Math.log1p(odds) : 2 * Math.log(t) - Math.log(df)
  return {
    x: { value: 1 / (1 + odds), log: -logRest },
    y: { value: odds < Infinity ? odds / (1 + odds) : 1, log: -Math.log1p(1 / odds) },
  }
}
