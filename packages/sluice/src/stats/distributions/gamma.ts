const halfLogTwoPi = 0.9189385332046728

/** (-1)^k (zeta(k) - 1) / k for k = 2, 3, ...: the Taylor coefficients of log gamma at 2 beyond the linear one. */
const aroundTwo = [
  0.3224670334241132, -0.06735230105319809, 0.020580808427784546, -0.007385551028673986, 0.0028905103307415234,
  -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939, 0.00009945751278180853,
  -0.00004492623673813314, 0.00002050721277567069, -0.000009439488275268397, 0.000004374866789907488,
  -0.000002039215753801366, 9.55141213040742e-7, -4.492469198764566e-7, 2.1207184805554667e-7, -1.00432248239681e-7,
  4.7698101693639804e-8, -2.2711094608943164e-8, 1.0838659214896955e-8, -5.183475041970047e-9, 2.4836745438024785e-9,
  -1.1921401405860912e-9, 5.731367241678862e-10, -2.7595228851242334e-10, 1.330476437424449e-10, -6.4229645638381e-11,
  3.1044247747322276e-11,
]
const oneMinusEuler = 0.42278433509846713

/** B(2k) / (2k (2k - 1)): the coefficients of Stirling's series. */
const stirling = [
  0.08333333333333333, -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953, 0.0008417508417508417,
  -0.0019175269175269174, 0.00641025641025641, -0.029550653594771242,
]

/** log gamma(x) minus Stirling's approximation (x - 1/2) log x - x + log(2 pi)/2, for x >= 10. */
export function stirlingError(x: number): number {
  const inverse = 1 / x
  return polynomial(stirling, inverse * inverse) * inverse
}

/** log |gamma(x)|, relative accuracy about 1e-14 also near the zeros at 1 and 2; Infinity at the poles 0, -1, ... */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return Number.NaN
  if (x <= 0) {
    if (Number.isInteger(x)) return Number.POSITIVE_INFINITY
    if (x === Number.NEGATIVE_INFINITY) return Number.NaN
    return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * (x % 2)))) - lgamma(1 - x)
  }
  if (x >= 10) return x === Infinity ? x : x * (Math.log(x) - 1) - 0.5 * Math.log(x) + halfLogTwoPi + stirlingError(x)
  if (x < 0.5) return lgamma(1 + x) - Math.log(x)
  if (x < 1.5) return nearTwo(x - 1) - Math.log1p(x - 1)
  let product = 1
  let reduced = x
  while (reduced > 2.5) {
    reduced -= 1
    product *= reduced
  }
  return Math.log(product) + nearTwo(reduced - 2)
}

/** log gamma(a + b) - log gamma(a) for a >= 10 and b > 0, without subtracting large numbers. */
export function logGammaRatio(a: number, b: number): number {
  const stirlingPart = stirlingError(a + b) - stirlingError(a)
  return stirlingPart + (a - 0.5) * Math.log1p(b / a) + b * (Math.log(a + b) - 1)
}

/** The regularised lower incomplete gamma function P(a, x) for a > 0 and x >= 0 (DLMF 8.2.4). */
export function gammaPReg(a: number, x: number): number {
  if (!(a > 0) || !(x >= 0)) return Number.NaN
  if (x === 0) return 0
  if (x === Infinity) return 1
  const density = Math.exp(logGammaPower(a, x))
  return x < a + 1 ? density * lowerSeries(a, x) : 1 - density * upperFraction(a, x)
}

/** log of x^a e^-x / gamma(a). */
function logGammaPower(a: number, x: number): number {
  const relative = (x - a) / a
  if (a < 10 || Math.abs(relative) > 0.5) return a * Math.log(x) - x - lgamma(a)
  return a * log1pMinusX(relative) + 0.5 * Math.log(a) - halfLogTwoPi - stirlingError(a)
}

/** The sum of x^n / (a (a+1) ... (a+n)) (DLMF 8.7.1). */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; term > sum * 1e-17; n += 1) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

/** The continued fraction of DLMF 8.9.2, by Lentz's method. */
function upperFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = Number.POSITIVE_INFINITY
  let d = 1 / b
  let fraction = d
  for (let n = 1; n < 1e6; n += 1) {
    const numerator = n * (a - n)
    b += 2
    c = b + numerator / c
    d = 1 / (b + numerator * d)
    fraction *= c * d
    if (Math.abs(c * d - 1) < 1e-16) break
  }
  return fraction
}

function nearTwo(offset: number): number {
  return offset * (oneMinusEuler + offset * polynomial(aroundTwo, offset))
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0)
}

/**
 * log(1 + x) - x for x > -1, without the cancellation near 0.
 * With s = x / (2 + x), log(1 + x) = 2 atanh(s) and 2s - x = -s x.
 */
export function log1pMinusX(x: number): number {
  if (Math.abs(x) > 0.5) return Math.log1p(x) - x
  const s = x / (2 + x)
  const square = s * s
  let power = 1
  let sum = 0
  for (let k = 3; power > 1e-18; k += 2) {
    sum += power / k
    power *= square
  }
  return 2 * s * square * sum - s * x
}
