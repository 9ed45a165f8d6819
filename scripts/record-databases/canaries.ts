import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { announce } from '../../packages/sluice/src/control/notify/announce.ts'
import { seedAdmin } from '../../packages/sluice/src/control/server/tokens.ts'
import type { Store } from '../../packages/sluice/src/control/store/store.ts'
import type { TestPlane } from '../../packages/sluice/test/support/control-plane/control-plane.ts'
import { runApprovals } from './approvals.ts'
import {
  activate,
  ask,
  minuteMs,
  passing,
  passUntil,
  publish,
  reason,
  serve,
  serveActive,
  serveInFull,
  start,
  startProduction,
  statusOf,
} from './production.ts'

/** One feature whose rollouts end in every way that there is; the last one is paused. */
async function everyEnd(plane: TestPlane): Promise<void> {
  const feature = 'mail'
  const versions: string[] = []
  for (let number = 0; number < 6; number += 1)
    versions.push(await publish(plane, feature, `Sum up ${number}: {{email}}`, number === 5 ? { report: null } : {}))
  const [first = '', second = '', third = '', fourth = '', fifth = '', sixth = ''] = versions
  await activate(plane, feature, first)
  const worse = await start(plane, feature, second)
  for (let batch = 0; batch < 6; batch += 1) {
    const users = { from: batch * 20, to: batch * 20 + 20 }
    await serve(plane, worse, users, (arm) => (arm === 'canary' ? { error: 'TypeError' } : {}))
    await plane.pass(5 * minuteMs)
  }
  await serveInFull(plane, worse)
  await passUntil(plane, 'a rollback', async () => (await statusOf(plane, worse)).status === 'rolledBack')
  const unwanted = await start(plane, feature, third)
  await ask(plane, `POST /v1/rollouts/${unwanted.id}/abort`, { reason })
  const wanted = await start(plane, feature, fourth)
  await ask(plane, `POST /v1/rollouts/${wanted.id}/promote`, { reason })
  const overtaken = await start(plane, feature, fifth, { judgePercent: 50 })
  await ask(plane, `POST /v1/rollouts/${overtaken.id}/pause`, { reason })
  await ask(plane, `POST /v1/rollouts/${overtaken.id}/resume`, { reason })
  const last = await start(plane, feature, sixth, { supersede: true, override: { reason } })
  await ask(plane, `POST /v1/rollouts/${last.id}/pause`, { reason })
}

/** One that waits for its time, is promoted by hand, and is taken back. */
async function takenBack(plane: TestPlane): Promise<void> {
  const [old, next] = [await publish(plane, 'chat', 'a'), await publish(plane, 'chat', 'b')]
  await activate(plane, 'chat', old)
  const settings = { stages: [{ percent: 50, soak: '30m' }], advance: 'soak', signals: { score: 0, feedback: 0.1 } }
  const rollout = await start(plane, 'chat', next, { settings })
  for (let round = 0; round < 8; round += 1) {
    await serve(plane, rollout, { from: round * 10, to: round * 10 + 10 }, () => ({ costUsd: 0.001 }))
    await passing(plane, wait(30), 12_000)
  }
  await ask(plane, `POST /v1/rollouts/${rollout.id}/promote`, { reason })
  await ask(plane, 'POST /v1/features/chat/rollback', { reason, waitMs: 0 })
}

/** One whose arms do not match their shares, so that nobody can tell how it does. */
async function mismatched(plane: TestPlane): Promise<void> {
  const [old, next] = [await publish(plane, 'letters', 'a'), await publish(plane, 'letters', 'b')]
  await activate(plane, 'letters', old)
  const settings = { stages: [10, 60].map((percent) => ({ percent, soak: '1h' })), advance: 'soak' }
  const rollout = await start(plane, 'letters', next, { settings })
  await serve(plane, rollout, { from: 0, to: 120 }, () => ({}))
  await ask(plane, `POST /v1/rollouts/${rollout.id}/advance`, { reason })
  await passUntil(plane, 'its end', async () => (await statusOf(plane, rollout)).status === 'rolledBack')
}

/** One that runs and is held, with evidence of two tokens of which one is left out, and a judge that fails. */
async function held(plane: TestPlane, breakJudge: () => void): Promise<void> {
  const [old, next] = [await publish(plane, 'digest', 'a'), await publish(plane, 'digest', 'b')]
  await activate(plane, 'digest', old)
  const rollout = await start(plane, 'digest', next)
  await serve(plane, rollout, { from: 0, to: 40 }, () => ({}))
  await serveInFull(plane, rollout)
  const asked = async () =>
    (await plane.store.readLog({ after: 0, limit: 5000 })).some(
      ({ kind, feature }) => kind === 'score' && feature === 'digest',
    )
  await passUntil(plane, 'a score', asked)
  await ask(plane, `POST /v1/rollouts/${rollout.id}/exclusions`, { token: 'id-token-of-scope-client', reason })
  breakJudge()
  const captured = () => ({ input: { email: 'late' }, output: 'late summary', captured: 1 })
  await serve(plane, rollout, { from: 6000, to: 6010 }, captured)
  const state = async () => (await statusOf(plane, rollout)).hold !== null
  await passUntil(plane, 'a hold', state)
  const fails = async () => (await plane.store.checkpoint('judge:digest')) !== undefined
  await passUntil(plane, 'a failure of the judge', fails)
  const isStuck = async () => (await plane.store.audit('digest')).some(({ action }) => action === 'rollout.stuck')
  await passUntil(plane, 'twelve hours', isStuck)
}

const unjudged = { live: { store: false } }
const byEvidence = { signals: { score: 0 }, minUsers: 5, stages: [{ percent: 50, soak: '30m' }] }

/** Rollouts that the evidence promotes, strongly and weakly, and one that proves nothing in time. */
async function decided(plane: TestPlane): Promise<void> {
  const endings = [
    { feature: 'reply', settings: { ...byEvidence, flagMargin: 1 } },
    { feature: 'notes', settings: { ...byEvidence, patience: '50m' } },
    { feature: 'title', settings: { ...byEvidence, patience: '50m', onUndecided: 'rollBack' } },
  ]
  for (const { feature, settings } of endings) {
    const [old, next] = [await publish(plane, feature, 'a', unjudged), await publish(plane, feature, 'b', unjudged)]
    await activate(plane, feature, old)
    const rollout = await start(plane, feature, next, { settings })
    let user = 0
    const isOver = async () => {
      await serve(plane, rollout, { from: user, to: user + 2 }, () => ({}))
      user += 2
      return (await statusOf(plane, rollout)).endedAt !== null
    }
    await passUntil(plane, `the end of ${feature}`, isOver)
  }
}

/** Another model answers than did for a day. */
async function drifting(plane: TestPlane): Promise<void> {
  const began = plane.clock.now()
  const version = await publish(plane, 'drift', 'a', unjudged)
  await activate(plane, 'drift', version)
  const actions = async () => (await plane.store.audit('drift')).map(({ action }) => action)
  const before = { servedModel: 'model-1', fingerprint: 'fp-1' }
  await serveActive(plane, { feature: 'drift', version, from: 0, to: 4 }, before)
  await passUntil(plane, 'a drift watch', async () => (await plane.store.checkpoint('drift:drift')) !== undefined)
  await passUntil(plane, 'a day', async () => {
    plane.clock.advance(60 * minuteMs)
    return plane.clock.now() > began + 25 * 60 * minuteMs
  })
  const after = { servedModel: 'model-2', fingerprint: 'fp-2' }
  await serveActive(plane, { feature: 'drift', version, from: 4, to: 8 }, after)
  await passUntil(plane, 'alarms', async () => (await actions()).filter((name) => name === 'drift.alarm').length > 1)
}

/** A state of the drift watch as if it could not be read: a running engine reads it only once. */
async function aside({ store, clock }: TestPlane): Promise<void> {
  const drift = await store.checkpoint('drift:chat')
  assert.ok(drift)
  await store.setAside('drift:chat', drift.cursor, { fresh: drift })
  const about = { feature: 'chat', rolloutId: null, evidence: null, at: clock.now() }
  await announce(store, { ...about, action: 'drift.reset', key: `chat ${drift.cursor}`, reason })
}

/** Content that waits to be judged: for a better answer of the judge, and for the budget of the next day. */
async function waiting(plane: TestPlane): Promise<void> {
  const captured = (text: string) => ({ input: { email: text }, output: text, captured: 1 })
  for (const [feature, budgetUsdPerDay] of [
    ['puzzle', 5],
    ['poor', 0.005],
  ] as const) {
    const live = { store: true, judge: { percent: 100, budgetUsdPerDay } }
    const version = await publish(plane, feature, 'a', { live })
    await activate(plane, feature, version)
    await serveActive(plane, { feature, version, from: 0, to: 1 }, captured(feature === 'puzzle' ? 'riddle' : 'mail'))
  }
  const tried = async () => {
    const health = await plane.store.checkpoint('judge:puzzle')
    const rows = await plane.store.audit('poor')
    return health !== undefined && rows.some(({ action }) => action === 'judge.budget')
  }
  await passUntil(plane, 'two failures of the judge', tried)
}

/** Tokens of every kind, processes, and users who are forgotten. */
async function others(plane: TestPlane): Promise<void> {
  await seedAdmin(plane.store, plane.clock, 'the-first-secret-of-an-admin')
  const expiresAt = new Date(plane.clock.now() + 90 * 24 * 60 * minuteMs).toISOString()
  const limited = { name: 'limited', scopes: ['client', 'ci'], features: ['mail'], expiresAt }
  await ask(plane, 'POST /v1/tokens', limited, 'admin')
  const { record } = await ask(plane, 'POST /v1/tokens', { name: 'gone', scopes: ['operator'] }, 'admin')
  await ask(plane, `DELETE /v1/tokens/${record.id}`, undefined, 'admin')
  await ask(plane, 'DELETE /v1/units', { unit: 'user-3' }, 'admin')
  const { epoch, revision, hash } = await ask(plane, 'GET /v1/snapshot', undefined, 'client')
  const has = {
    instance: 'app-1',
    process: 'p1',
    epoch,
    revision,
    hash,
    client: '@sluice/client 0.1.0',
    maxStaleMs: 1000,
  }
  await ask(plane, 'POST /v1/acks', has, 'client')
  await ask(
    plane,
    'POST /v1/acks',
    { instance: 'app-2', epoch: 'other', revision: 1, hash: 'x', stale: true },
    'client',
  )
}

/** Lives through all that a control plane stores. What waits to be judged, and to be told, still waits at the end. */
export async function runCanaries(store: Store): Promise<void> {
  await using production = await startProduction(store)
  const { plane } = production
  await drifting(plane)
  await everyEnd(plane)
  await decided(plane)
  await takenBack(plane)
  await mismatched(plane)
  await runApprovals(plane, production.rules)
  await held(plane, production.breakJudge)
  await others(plane)
  await waiting(plane)
  await aside(plane)
}
