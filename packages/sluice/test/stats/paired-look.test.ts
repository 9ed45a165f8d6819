import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constantMoments, momentsOf, type Pair, pairedLook, seededRandom, tInv } from '../../src/stats/index.ts'

function pair(candidate: number[], baseline: number[], more: Partial<Pair> = {}): Pair {
  const [ours, theirs] = [momentsOf(candidate), momentsOf(baseline)]
  assert.ok(ours && theirs)
  return { weight: 1, candidate: ours, baseline: theirs, ...more }
}

const golden = { margin: 0.03, estimand: 'golden-set' as const }
const population = { margin: 0.03, estimand: 'population' as const }

test('one repeat: the spread between cases, n - 1 degrees of freedom', () => {
  const look = pairedLook([pair([0.5], [0.6]), pair([0.8], [0.6]), pair([0.9], [0.7])], golden)
  assert.ok(look)
  assert.ok(Math.abs(look.delta - 0.1) < 1e-12)
  assert.ok(Math.abs((look.seUsed ?? 0) - Math.sqrt(0.03 / 3)) < 1e-12)
  assert.deepEqual([look.dfUsed, look.seWithin, look.usesWithin], [2, undefined, false])
  assert.ok(Math.abs((look.t ?? 0) - 1.3) < 1e-9)
})

test('two repeats: the golden set counts noise alone, the population the spread', () => {
  const pairs = [pair([0.4, 0.6], [0.5, 0.5]), pair([0.9, 0.9], [0.1, 0.3])]
  const look = pairedLook(pairs, golden)
  assert.ok(Math.abs((look?.seWithin ?? 0) - Math.sqrt((0.02 + 0.02) / 2 / 4)) < 1e-12)
  assert.ok(Math.abs((look?.dfWithin ?? 0) - 2) < 1e-9)
  assert.equal(look?.seUsed, look?.seWithin)
  assert.equal(pairedLook(pairs, population)?.seUsed, look?.seCluster)
})

test('a single case with one repeat: the spread stands in for all', () => {
  const look = pairedLook([pair([0.4, 0.6], [0.5, 0.5]), pair([0.9], [0.1])], golden)
  assert.equal(look?.seWithin, undefined)
  assert.equal(look?.seUsed, look?.seCluster)
})

test('too little data is undefined, never 0', () => {
  assert.equal(pairedLook([], golden), undefined)
  assert.equal(pairedLook([pair([1], [1], { weight: 0 })], golden), undefined)
  const single = pairedLook([pair([0.5], [0.9])], golden)
  assert.deepEqual([single?.delta, single?.seUsed, single?.zSig], [-0.4, undefined, undefined])
  const oneCluster = pairedLook(
    [pair([0.5], [0.9], { cluster: 'a' }), pair([0.7], [0.9], { cluster: 'a' })],
    population,
  )
  assert.equal(oneCluster?.zSig, undefined)
})

test('equal cases of one cluster weigh as one case would', () => {
  const cases = [0.1, -0.05, 0.02, 0.08].map((change, i) => pair([0.5 + change], [0.5], { cluster: `c${i}` }))
  const [once, thrice] = [pairedLook(cases, population), pairedLook([...cases, ...cases, ...cases], population)]
  assert.ok(Math.abs((once?.seCluster ?? 0) - (thrice?.seCluster ?? 1)) < 1e-12)
  assert.equal(once?.dfCluster, thrice?.dfCluster)
  const alone = pairedLook(
    cases.map((one) => ({ ...one, cluster: undefined })),
    population,
  )
  assert.equal(alone?.seCluster, once?.seCluster)
})

test('only the ratio of weights counts', () => {
  const cases = [0.1, -0.05, 0.02].map((change, i) => pair([0.5 + change, 0.5], [0.5, 0.52], { weight: i + 1 }))
  const scaled = cases.map((one) => ({ ...one, weight: one.weight * 40 }))
  const [a, b] = [pairedLook(cases, golden), pairedLook(scaled, golden)]
  assert.ok(Math.abs((a?.zSig ?? 0) - (b?.zSig ?? 1)) < 1e-9)
  assert.ok(Math.abs((a?.nEff ?? 0) - 36 / 14) < 1e-12)
})

test('scores without noise meet the floor of the standard error', () => {
  const look = pairedLook(
    [1, 2, 3, 4].map(() => pair([0.8, 0.8], [0.9, 0.9])),
    golden,
  )
  assert.deepEqual([look?.seWithin, look?.seUsed, look?.dfUsed], [0, 0.0005, 1])
})

test('repeats that agree have exactly no variance', () => {
  assert.equal(momentsOf([0.1, 0.1, 0.1])?.variance, 0)
  assert.equal(momentsOf([0.3])?.variance, undefined)
  assert.equal(momentsOf([]), undefined)
})

test('a threshold is a baseline without noise', () => {
  const candidate = momentsOf([0.9, 0.8])
  assert.ok(candidate)
  const look = pairedLook([{ weight: 1, candidate, baseline: constantMoments(0.8) }], golden)
  assert.ok(Math.abs((look?.seUsed ?? 0) - 0.05) < 1e-12)
  assert.equal(look?.dfUsed, 1)
})

test('clustered intervals cover the population mean as often as they say', () => {
  const random = seededRandom(21)
  const rounds = 2000
  let covered = 0
  for (let round = 0; round < rounds; round += 1) {
    const pairs = Array.from({ length: 25 }, (_, g) => ({ g, shift: 0.1 * random.normal() })).flatMap(({ g, shift }) =>
      Array.from({ length: 1 + (g % 4) }, () =>
        pair([0.5 + shift + 0.1 * random.normal()], [0.5], { cluster: `c${g}` }),
      ),
    )
    const look = pairedLook(pairs, population)
    const half = tInv(0.975, look?.dfUsed ?? 0) * (look?.seUsed ?? 0)
    if (Math.abs(look?.delta ?? 1) <= half) covered += 1
  }
  assert.ok(Math.abs(covered / rounds - 0.95) < 0.02, String(covered / rounds))
})
