import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  betaIncReg,
  gammaPReg,
  lgamma,
  normCdf,
  normInv,
  normLogUpperTail,
  normUpperTailInv,
  tCdf,
  tInv,
  tLogUpperTail,
  tOfZ,
  zOfT,
} from '../../src/stats/index.ts'

function close(actual: number, expected: number, tolerance = 1e-11): void {
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${actual}, expected ${expected}`)
}

/** Computed with 60 digits. */
const references: [name: string, actual: number, expected: number][] = [
  ['normCdf(-37)', normCdf(-37), 5.725571222524577e-300],
  ['normCdf(-2.5)', normCdf(-2.5), 0.006209665325776132],
  ['normInv(1e-300)', normInv(1e-300), -37.0470962993612],
  ['lgamma(1e-300)', lgamma(1e-300), 690.7755278982137],
  ['lgamma(-0.5)', lgamma(-0.5), 1.2655121234846454],
  ['lgamma(1e10)', lgamma(1e10), 220258509288.81058],
  ['betaIncReg(0.5, 0.5, 1e-300)', betaIncReg(0.5, 0.5, 1e-300), 6.366197723675813e-151],
  ['betaIncReg(1e5, 0.5, 0.9999)', betaIncReg(1e5, 0.5, 0.9999), 7.740369670946466e-6],
  [
    'betaIncReg, far below the mode',
    betaIncReg(31.412442485151068, 486.85943899347194, 4.5867583383977624e-8),
    6.040358336866976e-181,
  ],
  ['tCdf(-30, 1.1e5)', tCdf(-30, 1.1e5), 3.074125160963189e-197],
  ['tInv(1e-300, 4)', tInv(1e-300, 4), -1.3160740129524924e75],
  ['tInv(0.9999999, 0.1)', tInv(0.9999999, 0.1), 1.6044257141115439e66],
  ['gammaPReg, far below', gammaPReg(39.51172004199959, 0.0018815390496494061), 1.5222921612674535e-155],
]

for (const [name, actual, expected] of references) {
  test(name, () => close(actual, expected))
}

test('quantiles invert their distributions over the whole range', () => {
  for (const p of [1e-300, 1e-30, 1e-6, 0.01, 0.1, 0.26, 0.4999, 0.7, 0.975, 1 - 1e-9]) {
    close(normCdf(normInv(p)), p, 1e-12)
    for (const df of [1, 1.5, 4, 30.5, 1e4, 1e7]) close(tCdf(tInv(p, df), df), p, 1e-10)
  }
})

test('an inverse keeps its relative precision at the median', () => {
  close(normInv(0.5 + 2 ** -40), 2 ** -40 * Math.sqrt(2 * Math.PI))
  close(tInv(0.5 + 2 ** -40, 1), Math.tan(Math.PI * 2 ** -40))
  assert.equal(normInv(0.5), 0)
  assert.equal(tInv(0.5, 3), 0)
})

test('log tails go on where probabilities underflow', () => {
  close(normLogUpperTail(1e5), -5000000012.431864)
  close(tLogUpperTail(1e200, 3), Math.log((2 * 3 * Math.sqrt(3)) / (3 * Math.PI)) - 600 * Math.LN10, 1e-12)
  for (const log of [-1e-12, -0.05, -0.5, -2, -50, -1e4, -1e9])
    close(normLogUpperTail(normUpperTailInv(log)), log, 1e-9)
})

test('t on the z scale keeps the tail probability, both ways and however extreme', () => {
  close(zOfT(73.4846922835, 1), 2.62508385142, 1e-10)
  assert.equal(zOfT(0, 5), 0)
  assert.equal(zOfT(-3, 7), -zOfT(3, 7))
  assert.equal(zOfT(4, Number.POSITIVE_INFINITY), 4)
  close(zOfT(4, 1e12), 4, 1e-9)
  for (const t of [0.01, 0.3, 2, 31, 1e6, 1e100]) {
    for (const df of [1, 2.5, 40, 1e5 + 1]) {
      const z = zOfT(t, df)
      close(tLogUpperTail(t, df), normLogUpperTail(z), 1e-9)
      close(tOfZ(z, df), t, 1e-8)
    }
  }
})

test('t meets its closed forms and grows into the normal distribution', () => {
  for (const t of [-40, -1.7, 0.2, 3]) {
    close(tCdf(t, 1), 0.5 + Math.atan(t) / Math.PI, 1e-10)
    close(tCdf(t, 2), 0.5 + t / (2 * Math.sqrt(2 + t * t)), 1e-10)
    close(tCdf(t, 1e13), normCdf(t), 1e-9)
  }
})

test('the incomplete beta and gamma functions meet their closed forms', () => {
  for (const x of [1e-9, 0.2, 0.5, 0.93]) {
    close(betaIncReg(1, 7, x), -Math.expm1(7 * Math.log1p(-x)))
    close(betaIncReg(3.5, 1, x), x ** 3.5)
    close(betaIncReg(2.2, 4.1, x) + betaIncReg(4.1, 2.2, 1 - x), 1)
    close(gammaPReg(1, x), -Math.expm1(-x))
  }
  close(gammaPReg(0.5, 2), 2 * normCdf(2) - 1)
})

test('factorials', () => {
  let factorial = 1
  for (let n = 1; n <= 20; n += 1) {
    close(lgamma(n + 1), Math.log(factorial), 1e-13)
    factorial *= n + 1
  }
  assert.equal(lgamma(1), 0)
  assert.equal(lgamma(2), 0)
})

test('the edges of the domain', () => {
  assert.equal(normInv(0), Number.NEGATIVE_INFINITY)
  assert.equal(normInv(1), Number.POSITIVE_INFINITY)
  assert.equal(tInv(1, 3), Number.POSITIVE_INFINITY)
  assert.equal(normCdf(Number.POSITIVE_INFINITY), 1)
  assert.equal(tCdf(Number.NEGATIVE_INFINITY, 3), 0)
  assert.equal(betaIncReg(2, 3, 0), 0)
  assert.equal(betaIncReg(2, 3, 1), 1)
  assert.equal(gammaPReg(2, Number.POSITIVE_INFINITY), 1)
  assert.equal(lgamma(-2), Number.POSITIVE_INFINITY)
  for (const wrong of [
    normInv(1.1),
    normCdf(Number.NaN),
    tCdf(1, 0),
    tInv(0.5, -1),
    betaIncReg(0, 1, 0.5),
    gammaPReg(1, -1),
  ]) {
    assert.ok(Number.isNaN(wrong))
  }
})
