import { findZero } from './find-zero.ts'

const logSqrtTwoPi = 0.9189385332046728

/** Phi(z), the standard normal distribution function. */
export function normCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN
  if (z > 0) return 1 - normCdf(-z)
  return z > -2.5 ? 0.5 - centralMass(-z) : Math.exp(normLogUpperTail(-z))
}

/** log P(Z > z); exact where the probability itself underflows. */
export function normLogUpperTail(z: number): number {
  if (z < 2.5) return z < -2.5 ? Math.log1p(-Math.exp(normLogUpperTail(-z))) : Math.log(0.5 - centralMass(z))
  if (z === Infinity) return Number.NEGATIVE_INFINITY
  return normLogDensity(z) - Math.log(inverseMillsRatio(z))
}

/** The z with P(Z > z) = exp(logTail), for logTail <= 0; the inverse of `normLogUpperTail`. */
export function normUpperTailInv(logTail: number): number {
  if (logTail === Number.NEGATIVE_INFINITY) return Infinity
  if (logTail > Math.log(0.9)) return normInv(-Math.expm1(logTail))
  if (logTail > Math.log(0.1)) return centralInv(-(Math.expm1(logTail) + 0.5))
  const start = Math.sqrt(-2 * logTail - Math.log(-4 * Math.PI * logTail))
  const excess = (z: number): [number, number] => {
    const log = normLogUpperTail(z)
    return [logTail - log, Math.exp(normLogDensity(z) - log)]
  }
  return findZero(excess, start, 0, Math.sqrt(-2 * logTail))
}

/** The quantile of the standard normal distribution; infinite at 0 and 1, NaN outside. */
export function normInv(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  if (Math.abs(p - 0.5) < 0.4) return centralInv(p - 0.5)
  return p < 0.5 ? -normUpperTailInv(Math.log(p)) : normUpperTailInv(Math.log(1 - p))
}

export function normLogDensity(z: number): number {
  return -0.5 * z * z - logSqrtTwoPi
}

/** P(0 < Z < z) for |z| <= 2.5: the density times the sum of z^(2k+1) / (2k+1)!! (Marsaglia 2004). */
function centralMass(z: number): number {
  let term = z
  let sum = z
  for (let k = 3; Math.abs(term) > Math.abs(sum) * 1e-17; k += 2) {
    term *= (z * z) / k
    sum += term
  }
  return sum * Math.exp(normLogDensity(z))
}

/** The z with P(0 < Z < z) = mass, for |mass| <= 0.4. */
function centralInv(mass: number): number {
  if (mass === 0) return 0
  const excess = (z: number): [number, number] => [centralMass(z) - Math.abs(mass), Math.exp(normLogDensity(z))]
  return Math.sign(mass) * findZero(excess, Math.abs(mass) * 2.5066, 0, 1.3)
}

/** Density over upper tail for z >= 2.5: Laplace's continued fraction z + 1/(z + 2/(z + 3/...)). */
function inverseMillsRatio(z: number): number {
  let fraction = z
  for (let k = Math.ceil(10 + 500 / (z * z)); k >= 1; k -= 1) fraction = z + k / fraction
  return fraction
}
