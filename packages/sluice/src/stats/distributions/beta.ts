import { lgamma, log1pMinusX, logGammaRatio, stirlingError } from './gamma.ts'

/** log B(a, b) for a, b > 0. */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b)
  const large = Math.max(a, b)
  return large < 10 ? lgamma(a) + lgamma(b) - lgamma(a + b) : lgamma(small) - logGammaRatio(large, small)
}

/** The regularised incomplete beta function I_x(a, b) for a, b > 0 and x in [0,1] (DLMF 8.17.2). */
export function betaIncReg(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return Number.NaN
  if (x === 0 || x === 1) return x
  return Math.exp(logBetaIncReg(a, b, { log: Math.log(x), value: x }, { log: Math.log1p(-x), value: 1 - x }))
}

/** A number in [0,1] beside its logarithm, which keeps what the number itself cannot hold. */
export interface Probability {
  value: number
  log: number
}

/** log I_x(a, b), where y = 1 - x. Exact in the far tail, where I_x itself underflows. */
export function logBetaIncReg(a: number, b: number, x: Probability, y: Probability): number {
  const direct = () => logPower(a, b, x, y) - Math.log(a) + Math.log(continuedFraction(a, b, x.value))
  if (x.value <= (a + 1) / (a + b + 2)) return direct()
  const complement = Math.exp(logPower(b, a, y, x)) * (continuedFraction(b, a, y.value) / b)
  return complement < 0.9 ? Math.log1p(-complement) : direct()
}

/** log of x^a y^b / B(a, b). Near the mode of large a and b as a deviance, which avoids subtracting large numbers. */
function logPower(a: number, b: number, x: Probability, y: Probability): number {
  const distance = x.value * b - y.value * a
  const nearMode = Math.abs(distance) < 0.5 * Math.min(a, b)
  if (a < 10 || b < 10 || !nearMode) return a * x.log + b * y.log - logBeta(a, b)
  const total = a + b
  const deviance = a * log1pMinusX(distance / a) + b * log1pMinusX(-distance / b)
  const stirlingPart = stirlingError(total) - stirlingError(a) - stirlingError(b)
  return deviance + stirlingPart + 0.5 * Math.log(((a / total) * b) / (2 * Math.PI))
}

/** The continued fraction of DLMF 8.17.22, by Lentz's method. */
function continuedFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300
  const guard = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m < 1e6; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / guard(1 + even * d)
    c = guard(1 + even / c)
    fraction *= c * d
    d = 1 / guard(1 + odd * d)
    c = guard(1 + odd / c)
    fraction *= c * d
    if (Math.abs(c * d - 1) < 1e-16) break
  }
  return fraction
}
