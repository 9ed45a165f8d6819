import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../src/control/rollout/assessment/assess.ts'
import { newEvidence } from '../../../../src/control/rollout/evidence/evidence.ts'
import { decidingSums } from '../../../../src/control/rollout/evidence/tokens.ts'
import {
  estimates,
  isWorseLately,
  missingShare,
  pointsToHarm,
  proofOf,
} from '../../../../src/control/rollout/statistics/estimates.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { addClusterScore } from '../../../../src/stats/index.ts'
import { replayed } from '../../../support/rollout/replayed.ts'
import { entryOf, rolloutOf, watched } from '../../../support/rollout/rollout-entries.ts'
import { halved } from '../returning.ts'

const hour = 3_600_000
const near = (found: number, expected: number) => assert.ok(Math.abs(found - expected) < 1e-9, `${found}, ${expected}`)
const settings = rolloutSettingsSchema.parse(halved({ score: 0.5, errors: 0.25, slow: 0.25 }, { flagMargin: 0.03 }))

/*
 * By hand: for harm that is at least the margin m, the likelihood ratio of an estimate h with variance v, of a true harm of m - d
 * against m, is exp(d (m - h - d/2) / v). The e-value mixes d = m/2, m and 2m with weights 1/4, 1/2 and 1/4.
 */
const proof = (h: number, v: number, m: number) => {
  const ratio = (d: number) => Math.exp((d * (m - h - d / 2)) / v)
  return Math.log(ratio(m / 2) / 4 + ratio(m) / 2 + ratio(2 * m) / 4)
}

test('the proof of a rate is that of the difference of the requests, with the squares of each user and one user more', () => {
  const one = decidingSums(newEvidence({ settings }).sums)
  Object.assign(one.flags.errors.stage, {
    incumbent: { requests: 200, flagged: 2, squares: 2 },
    canary: { requests: 200, flagged: 4, squares: 4 },
  })
  // h = 0.02 - 0.01, v = (2 + 1)/200^2 + (4 + 1)/200^2 = 1/5000: ln(e^0.9375/4 + e^0.75/2 + e^-3/4).
  near(proof(0.01, 1 / 5000, 0.03), Math.log(2.5535894580629 / 4 + 2.1170000166127 / 2 + 0.0497870683679 / 4))
  near(proofOf(one, 'errors', settings, 1), proof(0.01, 1 / 5000, 0.03))
  near(proofOf(one, 'errors', settings, 2), proof(0.01, 1 / 5000, 0.06))
  // The four failures of one user say less: 4^2 + 1.
  one.flags.errors.stage.canary.squares = 16
  near(proofOf(one, 'errors', settings, 1), proof(0.01, 20 / 40_000, 0.03))
  one.flags.errors.stage.canary.requests = 19
  assert.equal(proofOf(one, 'errors', settings, 1), 0, 'nothing is said of fewer than twenty requests')
})

test('the proof of a score is that of the means over users', () => {
  const one = decidingSums(newEvidence({ settings }).sums)
  const none = { sum: 0, count: 0 }
  for (let i = 0; i < 100; i += 1) {
    addClusterScore(one.score.stage.incumbent, none, i % 2 ? 0.7 : 0.9)
    addClusterScore(one.score.stage.canary, none, i % 2 ? 0.69 : 0.89)
  }
  // A hundred users, each 0.1 off the mean: 100 * 0.1^2 / 100^2 * 100/99 in each arm, and one user more whose score is 0, or 1 of the incumbent's.
  const v = 2 * 1e-4 * (100 / 99) + (0.79 ** 2 + 0.2 ** 2) / 100 ** 2
  near(proofOf(one, 'score', settings, 1), proof(0.01, v, 0.05))
  assert.equal(pointsToHarm(one, 'score', settings, { width: 1, part: 2 / 3 }), false)
  assert.equal(pointsToHarm(one, 'score', settings, { width: 1, part: 0.1 }), true)
})

test('a rate may rise by a quarter of what it is, and slow ones by five times the margin', () => {
  const evidence = newEvidence({ settings })
  const { errors, slow } = evidence.sums.flags
  for (const { stage } of [errors, slow])
    Object.assign(stage, {
      incumbent: { requests: 100, flagged: 40, squares: 40 },
      canary: { requests: 100, flagged: 40, squares: 40 },
    })
  const margins = () => estimates(evidence, settings).map(({ signal, margin }) => `${signal} ${margin.toFixed(3)}`)
  assert.deepEqual(margins(), ['score 0.050', 'errors 0.100', 'slow 0.150'])
  errors.stage.incumbent.flagged = 1
  assert.deepEqual(margins(), ['score 0.050', 'errors 0.030', 'slow 0.150'])
})

test('a canary that was worse by the margin in the last window alone keeps the stage', () => {
  const one = decidingSums(newEvidence({ settings }).sums)
  const rates = (flagged: number, requests = 100) => ({ requests, flagged, squares: flagged })
  const lately = (canary: number, requests?: number) =>
    Object.assign(one.flags.errors.lately[0], { incumbent: rates(1), canary: rates(canary, requests) })
  lately(3)
  assert.equal(isWorseLately(one, 'errors', settings), false)
  lately(6)
  assert.equal(isWorseLately(one, 'errors', settings), true)
  lately(6, 29)
  assert.equal(isWorseLately(one, 'errors', settings), false, 'too few to go by')
})

test('judgements that one arm lacks are a share beyond what chance would leave out', () => {
  const { score } = newEvidence({ settings }).sums
  const ask = (incumbent: number, canary: number) => {
    Object.assign(score, { asked: { incumbent: 1000, canary: 1000 }, answered: { incumbent, canary } })
    score.stage.incumbent.count = incumbent
    score.stage.canary.count = canary
    return missingShare(score)
  }
  assert.equal(ask(1000, 1000), 0)
  assert.equal(ask(500, 490), 0)
  // ln 2 less one standard error, of (1 - 1)/1000 and (1 - 1/2)/500.
  near(ask(1000, 500), 1 - Math.exp(-(Math.log(2) - Math.sqrt(0.001))))
  near(ask(500, 1000), -(1 - Math.exp(-(Math.log(2) - Math.sqrt(0.001)))))
})

/** Users who come once, all of whom could be judged; the canary's bad answers are not where `abstains`. */
function judged(abstains: boolean) {
  const rollout = rolloutOf(rolloutSettingsSchema.parse(halved({ score: 1 })))
  const log = Array.from({ length: 3000 }, (_, i) => {
    const canary = i % 2 === 0
    const place = { user: { id: `u${i}`, position: canary ? 100 : 900_000 }, canary, stage: 0, at: i * 1000 }
    const bad = i % 20 < 2
    const request = entryOf(place, { kind: 'request', id: `r${i}`, captured: true })
    const score = entryOf(place, { kind: 'score', of: `r${i}`, score: bad ? 0.1 : 0.9 })
    return canary && bad && abstains ? [request] : [request, score]
  }).flat()
  return assess(replayed(rollout, log).evidence, rollout, 2 * hour, watched(rollout, 2 * hour))
}

test('a canary whose bad answers are not judged is held, and named', () => {
  assert.deepEqual(judged(false).decision, { do: 'promote', strength: 'strong' })
  const { decision, words } = judged(true)
  assert.equal(decision.do, 'hold')
  assert.match(words, /\d+ % fewer requests of the canary than of the other were judged/)
})
