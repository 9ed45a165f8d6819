import assert from 'node:assert/strict'
import { test } from 'node:test'
import { position } from '@sluice/client'
import type { Assessment } from '../../../../src/control/rollout/assessment/assessment.ts'
import { startController } from '../../../../src/control/rollout/controller/controller.ts'
import { readAssessment } from '../../../../src/control/rollout/controller/rollout-checkpoint.ts'
import { eValueEngine } from '../../../../src/control/rollout/decision-engine.ts'
import { applyEvent } from '../../../../src/control/store/apply-event.ts'
import type { Store } from '../../../../src/control/store/store.ts'
import type { LogDraft, RequestEntry, ScoreEntry } from '../../../../src/records/outcome.ts'
import { replay } from '../../../support/controller/replay-assessment.ts'
import { by, byHand, canary, handClock, incumbent, request, rollingStore } from '../../../support/controller/stage.ts'
import { toldFaults } from '../../../support/loop-faults.ts'
import { start } from '../../../support/store/store-samples.ts'
import { until } from '../../../support/until.ts'

const stages = [
  { ppm: 500_000, soakMs: 3_600_000 },
  { ppm: 750_000, soakMs: 3_600_000 },
]

const users = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `user-${from + index}`)

/** A request of this user, routed by its client at this stage. */
function routed(unit: string, more: Partial<RequestEntry> = {}, stage = 0): RequestEntry {
  const place = position('r1', unit)
  const arm = place < (stages[stage]?.ppm ?? 0) ? 'canary' : 'incumbent'
  const version = arm === 'canary' ? canary : incumbent
  return request(`${unit} ${stage}`, { unit, position: place, arm, stage, version, ...more })
}

function scored(of: RequestEntry, score: number, judgeId = 'judge-1'): ScoreEntry {
  const { id, feature, version, rolloutId, arm, stage, unit, position, observedAt, receivedAt } = of
  const place = { feature, version, rolloutId, arm, stage, unit, position, observedAt, receivedAt }
  return {
    kind: 'score',
    id: `${id}:score`,
    of: id,
    ...place,
    score,
    judgeId,
    sampled: 1,
    sampledOther: 1,
    judgeUsd: 0,
  }
}

/** Errors of the canary only: what would be rolled back if it counted. */
const broken = (entry: RequestEntry): RequestEntry => (entry.arm === 'canary' ? { ...entry, error: 'boom' } : entry)

const swapped = (entry: RequestEntry): RequestEntry => ({
  ...entry,
  arm: entry.arm === 'canary' ? 'incumbent' : 'canary',
  version: entry.version === canary ? incumbent : canary,
})

interface Outcome {
  status: string
  hold: string | null
  assessment: Assessment
}

/** What the real engine and controller make of a log; whatever it is, the log alone must give it again. */
async function decided(log: readonly LogDraft[], prepare = async (_: Store) => {}): Promise<Outcome> {
  const store = await rollingStore({ settings: { stages } })
  await prepare(store)
  const errors: unknown[] = []
  const clock = handClock(start + 1000)
  const controller = startController({
    store,
    clock,
    engine: eValueEngine,
    faults: toldFaults(clock, (error) => errors.push(error)),
  })
  await store.append(log)
  const last = log.findLast(({ rolloutId }) => rolloutId === 'r1')
  const seq = last ? ((await store.entry(last))?.seq ?? 0) : 0
  const ended = async () => (await store.feature('mail'))?.rollout?.status !== 'running'
  await until(async () => (await ended()) || (await readAssessment(store, 'r1'))?.cursor === seq, 'all to be seen')
  await controller.close()
  assert.deepEqual(errors, [])
  const replayed = await replay(store, eValueEngine, 'r1')
  assert.ok(replayed)
  assert.deepEqual(replayed.replayed, replayed.stored)
  const rollout = (await store.feature('mail'))?.rollout
  return { status: rollout?.status ?? '', hold: rollout?.hold ?? null, assessment: replayed.stored }
}

test('errors of the canary alone roll it back', async () => {
  const { status } = await decided(users(100).map((unit) => broken(routed(unit))))
  assert.equal(status, 'rolledBack')
})

test('outcomes of an unknown rollout, version, arm or stage are counted, and prove nothing', async () => {
  const entries = users(60).map((unit) => broken(routed(unit)))
  const strange = [
    ...entries.map((entry, index) => ({ ...entry, id: `r${index}`, rolloutId: 'r-unknown' })),
    ...entries.map((entry, index) => ({ ...entry, id: `v${index}`, version: 'cccccccccccc' })),
    ...entries.map((entry, index) => ({ ...entry, id: `a${index}`, arm: null })),
    ...entries.map((entry, index) => ({ ...entry, id: `s${index}`, stage: 7 })),
  ]
  const { status, assessment } = await decided(strange)
  assert.equal(status, 'running')
  assert.deepEqual(assessment.ignored, { unknownVersion: 60, unknownArm: 60, unknownStage: 60 })
})

for (const [name, change] of [
  ['arms that are swapped', swapped],
  ['a wrong arm', (entry: RequestEntry): RequestEntry => ({ ...entry, arm: 'canary', version: canary })],
] as const) {
  test(`${name} freeze the decision and are reported`, async () => {
    const { status, hold, assessment } = await decided(users(100).map((unit) => broken(change(routed(unit)))))
    assert.deepEqual([status, hold], ['running', 'sampleRatioMismatch'])
    assert.ok(assessment.mismatch.blocked && assessment.mismatch.wrongArms > 20)
  })
}

test('without incumbent traffic nothing is decided', async () => {
  const canaries = users(200).map((unit) => broken(routed(unit)))
  const { status, hold } = await decided(canaries.filter(({ arm }) => arm === 'canary'))
  assert.deepEqual([status, hold], ['running', 'sampleRatioMismatch'])
})

test('a client with a stale snapshot counts for the stage by which it routed', async () => {
  const advance = async (store: Store) => {
    await applyEvent(store, 'mail', { type: 'advance', reason: 'by hand' }, by, byHand)
  }
  const { status, assessment } = await decided(
    users(100).map((unit) => broken(routed(unit))),
    advance,
  )
  assert.equal(status, 'rolledBack')
  assert.deepEqual(assessment.ignored, {})
})

test('clocks of clients that are off by hours change nothing', async () => {
  const entries = users(30).map((unit) => routed(unit))
  const off = entries.map((entry, index) => ({ ...entry, observedAt: start + (index % 2 ? -5 : 5) * 3_600_000 }))
  const [right, wrong] = [await decided(entries), await decided(off)]
  assert.deepEqual(wrong.assessment, right.assessment)
})

test('scores that are none are counted, and prove nothing', async () => {
  const requests = users(80).map((unit) => routed(unit))
  const bad = [-1e200, -0.5, 1.5, 1e200]
  const scores = requests.map((entry, index) => scored(entry, index < 40 ? (bad[index % 4] ?? 0) : 0.8))
  const { status, assessment } = await decided([...requests, ...scores])
  assert.equal(status, 'running')
  assert.equal(assessment.ignored.invalidScore, 40)
  assert.ok(Math.abs((assessment.canary.meanScore ?? 0) - 0.8) < 1e-9)
})

test('duplicates count once', async () => {
  const entries = users(40).map((unit) => routed(unit))
  const [once, twice] = [await decided(entries), await decided([...entries, ...entries])]
  assert.deepEqual(twice.assessment, once.assessment)
})

test('one user with most of the traffic is one user', async () => {
  const loud = users(500).find((unit) => routed(unit).arm === 'canary') ?? ''
  const entries = [
    ...users(50).map((unit) => routed(unit)),
    ...Array.from({ length: 2450 }, (_, index) => ({ ...broken(routed(loud)), id: `loud-${index}` })),
  ]
  const { status, assessment } = await decided(entries)
  assert.equal(status, 'running')
  assert.ok(assessment.canary.requests > 2450 && assessment.logE < 1)
})

test('another judge in mid-rollout starts the scores anew and accuses nobody', async () => {
  const requests = users(200).map((unit) => routed(unit))
  const scores = requests.map((entry, index) =>
    scored(entry, index < 100 ? 0.9 : 0.3, index < 100 ? 'judge-1' : 'judge-2'),
  )
  const { status, assessment } = await decided([...requests, ...scores])
  assert.equal(status, 'running')
  assert.ok(assessment.canary.judged < 80)
})

test('a judge that always fails leaves the errors to be watched', async () => {
  const outage = async (store: Store) => {
    const state = { failingSince: start, failures: 9, message: 'unreachable' }
    await store.saveCheckpoint('judge:mail', -1, { cursor: 0, state })
  }
  const quiet = await decided(
    users(60).map((unit) => routed(unit)),
    outage,
  )
  assert.deepEqual([quiet.status, quiet.hold], ['running', 'insufficientData'])
  assert.match(quiet.assessment.words, /judge has failed 9 times in a row/)
  const failing = await decided(
    users(100).map((unit) => broken(routed(unit))),
    outage,
  )
  assert.equal(failing.status, 'rolledBack')
})

test('evidence that cannot be read pauses its rollout alone, is kept, calls somebody, and is counted anew from the log', async () => {
  const store = await rollingStore({ settings: { stages } })
  await rollingStore({ store, feature: 'zebra', rolloutId: 'r2', settings: { stages } })
  const clock = handClock(start + 1000)
  const run = () => startController({ store, clock, engine: eValueEngine, faults: toldFaults(clock) })
  const first = run()
  await store.append(users(40).map((unit) => routed(unit)))
  await until(async () => (await readAssessment(store, 'r1'))?.cursor === 40, 'the log to be seen')
  await first.close()
  const before = await readAssessment(store, 'r1')
  const kept = await store.checkpoint('rollout:r1')
  const state = structuredClone(kept?.state) as { evidence: { sums: { arms: { canary: { errors: number | null } } } } }
  state.evidence.sums.arms.canary.errors = null
  await store.saveCheckpoint('rollout:r1', 40, { cursor: 40, state })
  await using _ = {
    [Symbol.asyncDispose]: (
      (second) => () =>
        second.close()
    )(run()),
  }
  await until(async () => (await store.audit('mail')).some(({ action }) => action === 'rollout.stuck'), 'the call')
  await until(async () => (await readAssessment(store, 'r1').catch(() => undefined))?.cursor === 40, 'the new count')
  assert.equal((await store.feature('mail'))?.rollout?.status, 'paused')
  assert.equal((await store.feature('zebra'))?.rollout?.status, 'running')
  assert.deepEqual((await store.checkpoint('aside:rollout:r1'))?.state, state)
  const after = await readAssessment(store, 'r1')
  assert.deepEqual([after?.canary, after?.incumbent, after?.logE], [before?.canary, before?.incumbent, before?.logE])
})
