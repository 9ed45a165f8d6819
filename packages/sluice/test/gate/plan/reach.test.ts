import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reachOf } from '../../../src/gate/plan/reach.ts'
import { assumedNoise, noiseOf } from '../../../src/gate/plan/suite-noise.ts'
import { plansFor } from '../../../src/gate/plan/wanted-drop.ts'
import { gatePolicy } from '../../../src/gate/verdict/policy.ts'
import { momentsOf, type Pair, type Random, seededRandom } from '../../../src/stats/index.ts'
import { type SimulatedCase, simulateRun } from '../../support/simulated-gate/simulated-gate.ts'

const seed = 20_261_126
const policy = gatePolicy({ looks: [1, 2, 3] })
const tested = { policy, margin: policy.margin, among: 1 }

/** Noise of a standard deviation around 0.8. `evenly`: each answer of the candidate is worse; else some lose all. */
function suite(cases: number, drop: number, random: Random, { sd, evenly }: { sd: number; evenly: boolean }) {
  const draw = () => 0.8 + sd * random.normal()
  const worse = () => (evenly ? draw() - drop : random.uniform() < drop / 0.8 ? 0 : draw())
  return Array.from({ length: cases }, (): SimulatedCase => ({ baseline: draw, candidate: worse }))
}

function caughtShare(make: () => SimulatedCase[], runs: number): number {
  let caught = 0
  for (let run = 0; run < runs; run += 1) {
    if (simulateRun(make(), policy).decision.comparison?.verdict === 'fail') caught += 1
  }
  return caught / runs
}

test('the gate fails the drop of the plan about as often as promised, if it comes evenly or in few answers', () => {
  const random = seededRandom(seed)
  const noise = { ...assumedNoise(Array(30).fill({ weight: 1 }), { sd: 0.12, sdBetween: undefined }), mean: 0.8 }
  const { drop, dropInFewAnswers } = reachOf(noise, { cases: 30, repeats: 3 }, tested)
  assert.ok(drop !== null && dropInFewAnswers !== null && drop < dropInFewAnswers)
  const evenly = caughtShare(() => suite(30, drop, random, { sd: 0.12, evenly: true }), 150)
  const inFew = caughtShare(() => suite(30, dropInFewAnswers, random, { sd: 0.12, evenly: false }), 150)
  // Four standard errors of a share of 150 are 0.13.
  assert.ok(evenly > 0.67 && evenly < 0.93, `evenly ${evenly}`)
  assert.ok(inFew > 0.7, `in few answers ${inFew}`)
})

test('the cheapest plan holds its promise of the wanted drop', () => {
  const random = seededRandom(seed)
  const noise = { ...assumedNoise(Array(20).fill({ weight: 1 }), { sd: 0.1, sdBetween: undefined }), mean: 0.8 }
  const plans = plansFor({ drop: 0.1, noise, policy, least: 20, priced: free })
  const [cheapest] = plans.filter(({ repeats }) => repeats === 3)
  assert.ok(cheapest && cheapest.newCases === cheapest.cases - 20)
  const worse = caughtShare(() => suite(cheapest.cases, 0.1, random, { sd: 0.1, evenly: false }), 100)
  assert.ok(worse > 0.7, `caught ${worse}`)
})

const free = ({ cases, repeats }: { cases: number; repeats: number }) => ({
  answers: 2 * cases * repeats,
  usd: null,
  minutes: null,
})

test('a drop within the margin takes a smaller margin, half of the drop', () => {
  const noise = { ...assumedNoise(Array(20).fill({ weight: 1 }), { sd: 0.1, sdBetween: undefined }), mean: 0.8 }
  const plans = plansFor({ drop: 0.03, noise, policy, least: 20, priced: free })
  assert.ok(plans.length > 0)
  for (const { margin, dropInFewAnswers, smallestMargin } of plans) {
    assert.equal(margin, 0.015)
    assert.ok(
      dropInFewAnswers !== null && dropInFewAnswers <= 0.03 && smallestMargin !== null && smallestMargin <= margin,
    )
  }
})

test('what was measured predicts the standard error that the gate has with those repeats', () => {
  const random = seededRandom(seed)
  const answers = (repeats: number) =>
    momentsOf(Array.from({ length: repeats }, () => random.normal() / 10)) as Pair['candidate']
  const pairs = Array.from({ length: 40 }, (): Pair => ({ weight: 1, candidate: answers(5), baseline: answers(5) }))
  const noise = noiseOf(pairs, { isCompared: true })
  assert.ok(noise)
  const spread = Math.sqrt(noise.withinCandidate + noise.withinBaseline)
  assert.ok(Math.abs(spread - Math.sqrt(2 * 0.01) / Math.sqrt(40)) < 0.003, String(spread))
  const more = reachOf(noise, { cases: 160, repeats: 3 }, tested)
  const now = reachOf(noise, { cases: 40, repeats: 3 }, tested)
  assert.ok(more.drop !== null && now.drop !== null)
  assert.ok(Math.abs((now.drop - 0.03) / (more.drop - 0.03) - 2) < 0.05)
})

test('cases of one cluster count as one where a population is meant, and the unknown is null', () => {
  const population = gatePolicy({ looks: [1, 2, 3], estimand: 'population' })
  const at = (cluster: (index: number) => string | undefined, sdBetween: number | undefined) => {
    const cases = Array.from({ length: 40 }, (_, index) => ({ weight: 1, cluster: cluster(index) }))
    return reachOf(
      assumedNoise(cases, { sd: 0.1, sdBetween }),
      { cases: 40, repeats: 3 },
      { ...tested, policy: population },
    )
  }
  const alone = at(() => undefined, 0.1)
  const clustered = at((index) => `mail-${index % 10}`, 0.1)
  assert.ok(alone.drop !== null && clustered.drop !== null && clustered.drop > alone.drop * 1.3)
  assert.equal(at(() => undefined, undefined).drop, null)
})

test('without noise in what was measured, a drop in few answers is still not seen at once', () => {
  const still = { mean: 1, variance: 0, thirdCumulant: 0, count: 3 }
  const pairs = Array.from({ length: 10 }, (): Pair => ({ weight: 1, candidate: still, baseline: still }))
  const noise = noiseOf(pairs, { isCompared: true })
  assert.ok(noise)
  const { drop, dropInFewAnswers } = reachOf(noise, { cases: 10, repeats: 3 }, tested)
  assert.equal(drop, policy.margin)
  assert.ok(dropInFewAnswers !== null && dropInFewAnswers > 0.1, String(dropInFewAnswers))
})

test('noise that nothing has shown is not taken to be none', () => {
  const once = { mean: 1, variance: undefined, thirdCumulant: undefined, count: 1 }
  assert.equal(noiseOf([{ weight: 1, candidate: once, baseline: once }], { isCompared: true }), undefined)
})
