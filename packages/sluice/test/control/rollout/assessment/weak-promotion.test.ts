import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../src/control/rollout/assessment/assess.ts'
import { applyEvent } from '../../../../src/control/store/apply-event.ts'
import type { LogEntry } from '../../../../src/records/outcome.ts'
import type { Rollout } from '../../../../src/records/rollout/rollout.ts'
import { defaultRolloutSettings, rolloutSettingsSchema } from '../../../../src/records/rollout/rollout-settings.ts'
import { actions, control, untilEnded, untilRollout } from '../../../support/controller/control.ts'
import { countingEngine } from '../../../support/controller/counting-engine.ts'
import { replay } from '../../../support/controller/replay-assessment.ts'
import { by, byHand, request, rollingStore } from '../../../support/controller/stage.ts'
import { replayed } from '../../../support/rollout/replayed.ts'
import { entryOf, rolloutOf, watched } from '../../../support/rollout/rollout-entries.ts'
import { until } from '../../../support/until.ts'

const hour = 3_600_000
const rolloutWith = (more: Record<string, unknown> = {}, percents = [50]) =>
  rolloutOf(
    rolloutSettingsSchema.parse({
      stages: percents.map((percent) => ({ percent, soak: '1h' })),
      patience: '10h',
      margin: 0.06,
      signals: { score: 0.6, errors: 0.3, slow: 0, safety: 0 },
      ...more,
    }),
  )

/** Users who come once each, half of them to the canary; scores that vary so much that nothing is proven. */
function visits(count: number, drop: number, { errors = 0, judged = 1, percent = 50 } = {}): LogEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const canary = i % (100 / percent) === 0
    const place = { user: { id: `u${i}`, position: canary ? 100 : 900_000 }, canary, stage: 0, at: i * 1000 }
    const failed = canary && i < 2 * errors
    const outcome = entryOf(place, { kind: 'request', error: failed ? 'failed' : null, latencyMs: 100 })
    const score = (Math.floor((i * percent) / 100) % 2 === 0 ? 0.3 : 0.9) - (canary ? drop : 0)
    return i < judged * count ? [outcome, entryOf(place, { kind: 'score', score })] : [outcome]
  }).flat()
}

const atTheEnd = (log: LogEntry[], rollout: Rollout = rolloutWith()) =>
  assess(replayed(rollout, log).evidence, rollout, 10 * hour, watched(rollout, 10 * hour))

test('a canary that seems worse by less than two thirds of each margin is promoted weakly, and the words say so', () => {
  const { decision, words } = atTheEnd(visits(300, 0.035))
  assert.deepEqual(decision, { do: 'promote', strength: 'weak' })
  assert.match(words, /it is not proven that the judged score, .*it is promoted weakly/)
})

test('one that seems worse by more, in whichever signal, is held, and told by how much', () => {
  const { decision, words } = atTheEnd(visits(300, 0.045))
  assert.ok(decision.do === 'hold' && decision.why === 'inconclusive')
  assert.deepEqual(decision.refused, ['the judged score seems worse by 0.045, and 0.040 is too much'])
  assert.match(words, /it is not promoted weakly \(the judged score seems worse by 0\.045.*\): a person must decide/)
  const failing = atTheEnd(visits(300, 0, { errors: 2 })).decision
  assert.ok(failing.do === 'hold')
  assert.deepEqual(failing.refused, ['the rate of errors seems worse by 1.33 points, and 0.67 points is too much'])
})

test('what seems worse in the last hours alone is waited for, and the rule is not used up', () => {
  // Many good answers, and at the end, in another window, thirty of each arm of which the canary's are worse by twice the margin.
  const before = visits(1000, 0)
  const late = visits(60, 0.12).map((entry) => ({
    ...entry,
    unit: `late-${entry.unit}`,
    receivedAt: entry.receivedAt + 9 * hour,
  }))
  const { decision, words } = atTheEnd([...before, ...late])
  assert.deepEqual(decision, { do: 'hold', why: 'insufficientData' })
  assert.match(words, /in the last hours alone the judged score seems worse by its margin/)
})

test('evidence above 5 is too much, though the estimate is within bounds', () => {
  const { decision } = atTheEnd(visits(500, 0.07), rolloutWith({ margin: 0.12 }))
  assert.ok(decision.do === 'hold')
  assert.equal(decision.refused?.length, 1)
  assert.match(decision.refused?.[0] ?? '', /^the evidence against the judged score is at [\d.]+, and 5 is too much$/)
})

test('too few users, too few of them judged, or too small a share are no case for it, and nothing is used up', () => {
  assert.deepEqual(atTheEnd(visits(190, 0)).decision, { do: 'hold', why: 'insufficientData' })
  assert.match(atTheEnd(visits(190, 0)).words, /95 of 100 users of the canary/)
  const unjudged = atTheEnd(visits(300, 0, { judged: 0.1 }))
  assert.match(unjudged.words, /15 of 20 judged users of the canary/)
  const small = atTheEnd(visits(1600, 0.045, { percent: 10 }), rolloutWith({}, [10, 50]))
  assert.deepEqual(small.decision, { do: 'hold', why: 'inconclusive' })
  assert.match(small.words, /10 % of the users are too few to go by/)
  const fifth = atTheEnd(visits(1400, 0.045, { percent: 20 }), rolloutWith({}, [20, 50])).decision
  assert.ok(fifth.do === 'hold' && fifth.refused?.length === 1, JSON.stringify(fifth))
})

test('an undecided rollout of the controller ends as weakly promoted, named so in the state and the log', async () => {
  const store = await rollingStore({ settings: { onUndecided: 'weakPromote', patience: hour } })
  await using running = control(store, { engine: countingEngine({ unproven: true }) })
  await store.append(Array.from({ length: 6 }, (_, index) => request(`${index}`)))
  running.clock.at += hour
  await untilEnded(store, 'promoted')
  assert.equal((await store.feature('mail'))?.rollout?.strength, 'weak')
  const row = (await store.audit('mail')).find(({ action }) => action === 'rollout.promote')
  assert.partialDeepStrictEqual(row, {
    after: { rollout: { strength: 'weak' } },
    evidence: { decision: { do: 'promote', strength: 'weak' } },
  })
})

test('where it is to be it ends at the incumbent, told apart from a rollback by evidence', async () => {
  const store = await rollingStore({ settings: { onUndecided: 'rollBack', patience: hour } })
  await using running = control(store, { engine: countingEngine({ unproven: true }) })
  running.clock.at += hour
  await untilEnded(store, 'rolledBack')
  assert.partialDeepStrictEqual((await store.feature('mail'))?.rollout, {
    strength: null,
    ending: { by: 'sluice', why: 'undecided' },
  })
})

test('the rule is asked once in a rollout, and a replay of what followed gives the same', async () => {
  const store = await rollingStore({ settings: { onUndecided: 'weakPromote', patience: hour } })
  let against = ['it seems worse']
  const engine = countingEngine({ unproven: true, against: () => against })
  await using running = control(store, { engine })
  await store.append(Array.from({ length: 6 }, (_, index) => request(`${index}`)))
  running.clock.at += hour
  await untilRollout(store, 'the hold', ({ hold }) => hold === 'inconclusive')
  against = []
  await store.append([request('later')])
  running.clock.at += hour
  const seen = async () => (await replay(store, engine, 'r1'))?.stored.cursor === 7
  await until(seen, 'the seventh entry')
  const found = await replay(store, engine, 'r1')
  assert.deepEqual(found?.stored.decision, { do: 'hold', why: 'inconclusive', refused: ['it seems worse'] })
  assert.deepEqual(found?.replayed, found?.stored)
  assert.deepEqual(await actions(store), ['rollout.hold'])
  await applyEvent(store, 'mail', { type: 'promote', reason: 'fine' }, by, byHand)
  assert.equal((await store.feature('mail'))?.rollout?.strength, 'manual')
})

test('who starts a rollout now ends its indecision, unless the settings say otherwise', () => {
  assert.equal(defaultRolloutSettings.onUndecided, 'weakPromote')
})

test('the words claim no proof where an earlier stage is left, nor doubts that there are none', () => {
  const early = rolloutWith({}, [10, 50])
  const log = visits(1000, 0, { percent: 10 })
  const { evidence } = replayed(early, log)
  const left = assess(evidence, early, 2 * hour, watched(early, 2 * hour))
  assert.deepEqual(left.decision, { do: 'advance' })
  assert.match(left.words, /^The stage was watched for its soak time, and nothing points to harm: it goes on/)
  const { words } = assess(evidence, early, 10 * hour, {
    ...watched(early, 10 * hour),
    soak: { stage: 0, soakedMs: 0, counting: true, heardAt: 10 * hour },
  })
  assert.match(words, /^Time is up and the stage was not watched for its soak time, and it is not promoted weakly/)
})
