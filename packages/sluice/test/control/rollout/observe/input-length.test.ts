import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lackingData } from '../../../../src/control/rollout/assessment/stage-requirements.ts'
import { newEvidence } from '../../../../src/control/rollout/evidence/evidence.ts'
import type { UnitMemory } from '../../../../src/control/rollout/evidence/unit-memory.ts'
import { observe } from '../../../../src/control/rollout/observe/observe.ts'
import { matchingOf } from '../../../../src/control/rollout/statistics/sample-ratio.ts'
import { rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { entryOf, rolloutOf } from '../../../support/rollout/rollout-entries.ts'
import { halved } from '../returning.ts'

/** Users of one arm, each with so many requests that are all judged, whose scores fall with the length of the input. */
function talk(turns: number) {
  const rollout = rolloutOf(rolloutSettingsSchema.parse(halved({ score: 1 })))
  const evidence = newEvidence(rollout)
  let seq = 0
  for (let user = 0; user < 100; user += 1) {
    let memory: UnitMemory = {}
    for (let turn = 0; turn < turns; turn += 1) {
      const place = { user: { id: `u${user}`, position: 900_000 }, canary: false, stage: 0, at: 1000 * user + turn }
      const id = `q${user}-${turn}`
      const long = (user + turn) % 2 === 1
      const told = [
        entryOf(place, { kind: 'request', id, captured: true }),
        entryOf(place, { kind: 'score', of: id, score: long ? 0.6 : 0.8, inputChars: long ? 2000 : 100 }),
      ]
      for (const entry of told) {
        seq += 1
        memory = observe(evidence, rollout, { ...entry, seq }, memory)
      }
    }
  }
  return evidence.sums
}

test("the length of a user's first input explains its score", () => {
  const { histories, score } = talk(1)
  assert.equal(histories.inputs.n, 100)
  // The second half is known to be short or long: its scores are drawn to the mean.
  const { sumSquares, count } = score.stage.incumbent
  assert.ok(sumSquares / count - 0.7 ** 2 < 0.75 * 0.01)
})

test('the lengths of later inputs, which contain what the version has said, explain nothing', () => {
  const [first, more] = [talk(1), talk(3)]
  assert.deepEqual(more.histories.inputs.n, first.histories.inputs.n)
  const { sum, count } = more.score.stage.incumbent
  assert.equal(count, 300)
  assert.ok(Math.abs(sum / count - 0.7) < 0.002)
})

test('latencies that only one arm tells of keep the stage, by name', () => {
  const rollout = rolloutOf(rolloutSettingsSchema.parse(halved({ slow: 1 })))
  const evidence = newEvidence(rollout)
  for (let user = 0; user < 200; user += 1) {
    const canary = user % 2 === 0
    const place = { user: { id: `u${user}`, position: canary ? 1 : 900_000 }, canary, stage: 0, at: user }
    const known = !canary || user % 10 === 0
    observe(
      evidence,
      rollout,
      { ...entryOf(place, { kind: 'request', latencyMs: known ? 800 : null }), seq: user + 1 },
      {},
    )
  }
  const matching = matchingOf(evidence, rollout.settings, 1000)
  assert.match(
    lackingData(evidence, rollout, { matching, now: 1000 })
      .map(({ text }) => text)
      .join(),
    /the latency is known of 20 % of the canary's requests and 100 % of the incumbent's/,
  )
})
