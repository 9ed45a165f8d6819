import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from '../../../src/gate/verdict/decide.ts'
import { gatePolicy } from '../../../src/gate/verdict/policy.ts'
import { normCdf, seededRandom } from '../../../src/stats/index.ts'
import { gateCase, noisy, noisyCases, play } from './gate-scores.ts'

test('cases that moved beyond noise are listed, the worst first', () => {
  const change = (i: number) => ({ 3: -0.5, 7: -0.3, 11: 0.25 })[i] ?? 0
  const { comparison } = play(noisyCases(40, change, { sd: 0.03, seed: 2 }), { looks: [8] }).decision
  assert.deepEqual([comparison?.regressed, comparison?.improved], [['case-3', 'case-7'], ['case-11']])
})

test('with one repeat the tag margin stands in for the noise', () => {
  const one = (id: string, change: number) => gateCase(id, [0.6 + change], { baseline: [0.6] })
  const { comparison } = play([one('a', -0.11), one('b', -0.09), one('c', 0.2)], { looks: [1] }).decision
  assert.deepEqual([comparison?.regressed, comparison?.improved], [['a'], ['c']])
})

test('a noisy case that moved as far as a calm one is not listed', () => {
  const cases = [
    ...noisyCases(20, () => 0, { sd: 0.02 }),
    gateCase('calm', [0.4, 0.4, 0.4, 0.4], { baseline: [0.6, 0.6, 0.6, 0.6] }),
    gateCase('wild', [0, 1, 0, 1], { baseline: [0.3, 1, 0.5, 1] }),
  ]
  assert.deepEqual(play(cases, { looks: [4] }).decision.comparison?.regressed, ['calm'])
})

test('a true drop of the size called detectable fails four times in five', () => {
  const looks = [2]
  const [cases, rounds, sd] = [40, 400, 0.1]
  const { comparison } = play(
    noisyCases(cases, () => 0, { repeats: 2, sd }),
    { looks },
  ).decision
  const predicted = 0.03 + (1.96 + 0.8416) * sd * Math.sqrt(2 / (2 * cases))
  assert.ok(comparison?.detectableDrop && comparison.se)
  const { detectableDrop, se } = comparison
  assert.ok(Math.abs(detectableDrop - (0.03 + 2.87 * se)) < 0.001, `${detectableDrop}`)
  assert.ok(Math.abs(detectableDrop - predicted) < 0.012)
  let failed = 0
  for (let round = 0; round < rounds; round += 1) {
    const { decision } = play(
      noisyCases(cases, () => -predicted, { repeats: 2, sd, seed: 50 + round }),
      { looks },
    )
    if (decision.verdict === 'fail') failed += 1
  }
  assert.ok(Math.abs(failed / rounds - 0.8) < 0.07, String(failed / rounds))
})

test('the interval lies below the margin exactly when the run fails', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const { decision } = play(
      noisyCases(12, () => -0.06, { seed }),
      { onInconclusive: 'block' },
    )
    assert.equal(decision.verdict === 'fail', (decision.comparison?.ciHigh ?? 0) < -0.03, `seed ${seed}`)
  }
})

test('advice: enough, or how many cases or repeats it takes', () => {
  const enough = play(noisyCases(200, () => 0, { sd: 0.05 })).decision.advice
  assert.equal(enough?.helps, 'neither')
  const small = play(noisyCases(10, () => -0.01, { sd: 0.15 })).decision.advice
  assert.equal(small?.helps, 'either')
  assert.ok((small?.smallestMargin ?? 0) > 0.03 && (small?.cases ?? 0) > 10 && (small?.repeats ?? 0) > 8)
  assert.match(
    small?.text ?? '',
    /With 10 cases and up to 8 repeats the smallest margin that an unchanged version meets with 80 % probability is 0\.\d+\. .* cases asked 8 times each would be enough, or these 10 asked \d+ times\./,
  )
})

test('advice is right: with as many repeats as it asks for an unchanged version passes four times in five', () => {
  const { advice } = play(noisyCases(10, () => 0, { sd: 0.15, seed: 4 })).decision
  const repeats = advice?.repeats ?? 0
  const random = seededRandom(6)
  let passed = 0
  for (let round = 0; round < 300; round += 1) {
    const cases = Array.from({ length: 10 }, (_, i) =>
      gateCase(`c${i}`, noisy(random, 0.5, repeats, 0.15), { baseline: noisy(random, 0.5, repeats, 0.15) }),
    )
    if (play(cases, { looks: [repeats], onInconclusive: 'block' }).decision.verdict === 'pass') passed += 1
  }
  assert.ok(passed / 300 > 0.7 && passed / 300 < 0.97, String(passed / 300))
})

test('advice for a population: more cases, where repeats alone do not help', () => {
  const cases = noisyCases(20, (i) => (i % 2 === 0 ? 0.2 : -0.2), { sd: 0.02 })
  const { advice } = play(cases, { estimand: 'population' }).decision
  assert.equal(advice?.helps, 'cases')
  assert.match(advice?.text ?? '', /more repeats alone would not: \d+ % of the variance lies between cases/)
})

test('the trace shows every look with its boundaries', () => {
  const { trace } = play(
    noisyCases(15, () => -0.028, { sd: 0.1 }),
    { onInconclusive: 'block' },
  ).decision
  assert.deepEqual(
    trace.difference.map(({ repeats }) => repeats),
    [1, 2, 3, 5, 8],
  )
  assert.ok(Math.abs(normCdf(-(trace.difference[0]?.passBound ?? 0)) - 0.05 * Math.log(1 + (Math.E - 1) / 8)) < 1e-9)
  const [only] = play(
    noisyCases(15, () => 0),
    { looks: [1] },
  ).decision.trace.difference
  assert.deepEqual([only?.passBound?.toFixed(4), only?.failBound?.toFixed(4)], ['1.6449', '1.9600'])
})

test('a policy that no test can have is refused', () => {
  for (const looks of [[], [2, 2], [0, 1], [1.5]]) assert.throws(() => gatePolicy({ looks }), /gate\.repeats/)
  for (const confidence of [0.5, 1, Number.NaN]) assert.throws(() => gatePolicy({ confidence }), /gate\.confidence/)
})

test('1,000 cases, 8 repeats and 10 tags: all looks in under 50 ms of the processor', () => {
  const cases = noisyCases(1000, () => -0.03, { sd: 0.1 }).map((one, i) => ({ ...one, tags: [`t${i % 10}`] }))
  const mean = cases.flatMap(({ candidate }) => candidate).reduce((sum, score) => sum + score, 0) / 8000
  const policy = gatePolicy({ threshold: mean + 0.01, onInconclusive: 'block' })
  const once = () => {
    const start = process.cpuUsage()
    let step = decide(cases, policy)
    while (step.wanted) step = decide(cases, policy, step.state)
    assert.equal(step.state.looks, 5)
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  }
  const fastest = Math.min(...Array.from({ length: 5 }, once))
  assert.ok(fastest < 50, `${fastest} ms`)
})

test('20,000 cases with one repeat', () => {
  const random = seededRandom(1)
  const cases = Array.from({ length: 20_000 }, (_, i) =>
    gateCase(`c${i}`, [random.uniform()], { baseline: [random.uniform()], tags: ['t'], cluster: `g${i % 1000}` }),
  )
  const { decision } = decide(cases, gatePolicy())
  assert.deepEqual([decision?.verdict, decision?.comparison?.pairs], ['pass', 20_000])
})
