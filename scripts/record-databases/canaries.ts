import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { type Arm, position } from '@sluice/client'
import { startEngine } from '../../packages/sluice/src/control/server/engine.ts'
import type { Store } from '../../packages/sluice/src/control/store/store.ts'
import type { Budget } from '../../packages/sluice/src/core/providers/limits/budget.ts'
import { ProviderError } from '../../packages/sluice/src/core/providers/provider-error.ts'
import { createAnswerModes } from '../../packages/sluice/src/core/scorers/judge/judge.ts'
import {
  gateReport,
  promptVersion,
  type TestPlane,
  testPlane,
} from '../../packages/sluice/test/support/control-plane.ts'
import { judgement } from '../../packages/sluice/test/support/fake-model.ts'

const half = 500_000
const reason = 'for the record'
const minuteMs = 60_000
const rubric = [{ id: 'actions', ask: 'Are all action items there?', must: true }]
const live = { store: true, judge: { percent: 100, budgetUsdPerDay: 5 } }

interface Running {
  id: string
  salt: string
  feature: string
  incumbent: string
  canary: string
}

/** A control plane with everything that it does by itself, on a clock that is moved by hand. */
interface Production extends AsyncDisposable {
  plane: TestPlane
  /** From then on no request is judged. */
  breakJudge(): void
}

async function startProduction(store: Store): Promise<Production> {
  let broken = false
  let engine: ReturnType<typeof startEngine> | undefined
  const plane = await testPlane({
    store,
    intake: async (accepted) => engine?.intake(accepted),
    insight: {
      assessment: async (rolloutId) => (await engine?.insight.assessment(rolloutId)) ?? null,
      drift: async (feature) => (await engine?.insight.drift(feature)) ?? null,
    },
  })
  const complete = async (request: unknown, budget: Budget) => {
    const reserved = await budget.reserve(0.01)
    assert.ok(reserved !== 'exhausted')
    reserved.settle(0.001)
    if (broken) throw new ProviderError('overloaded', 'the judge is busy')
    const verdict = JSON.stringify(request).includes('nothing at all') ? 'no' : 'yes'
    const output = judgement({ actions: verdict }, verdict === 'yes' ? 'summary' : '')
    return { output, usage: {}, costUsd: 0.001, finishReason: 'stop' as const, warnings: [] }
  }
  const channel = (id: string) => ({
    ...{ id, addressId: id.length.toString(), onlyAlarms: false },
    request: () => ({ url: `http://${id.replace(' ', '.')}`, headers: {}, body: '{}' }),
  })
  engine = startEngine({
    store,
    clock: plane.clock,
    random: () => 0.5,
    log: () => undefined,
    metrics: plane.plane.metrics,
    keepLogMs: Number.MAX_SAFE_INTEGER,
    judge: {
      clientOf: ({ budget }) => ({ complete: (request) => complete(request, budget) }),
      modes: createAnswerModes({ searchesAgain: true }),
      unaskable: async () => undefined,
    },
    redactorOf: async () => async (material) => material,
    nightOf: () => undefined,
    notify: {
      channels: [channel('webhook works'), channel('webhook fails')],
      project: 'acme/mail',
      linkTo: () => undefined,
      deliver: {
        fetch: async (url) => new Response('', { status: String(url).includes('fails') ? 500 : 200 }),
        random: () => 0.5,
        sleep: (ms) => new Promise<void>((resolve) => plane.clock.setTimer(resolve, ms)),
      },
    },
  })
  return {
    plane,
    breakJudge() {
      broken = true
    },
    async [Symbol.asyncDispose]() {
      if (engine) await passing(plane, engine.close())
      await plane[Symbol.asyncDispose]()
    },
  }
}

/** Lets time pass, a minute at a time, until `done`; the store has real time to answer in between. */
async function passUntil({ clock }: TestPlane, what: string, done: () => Promise<boolean>): Promise<void> {
  for (let minute = 0; !(await done()); minute += 1) {
    if (minute === 1500) throw new Error(`${what} did not happen in ${minute} minutes`)
    clock.advance(minuteMs)
    await wait(3)
  }
}

/** Waits for what itself waits by the clock that is moved here. */
async function passing<T>({ clock }: TestPlane, work: Promise<T>, stepMs = 100): Promise<T> {
  let isOver = false
  const end = () => {
    isOver = true
  }
  work.then(end, end)
  for (; !isOver; await wait(1)) clock.advance(stepMs)
  return await work
}

async function ask(plane: TestPlane, methodAndPath: string, body: unknown, as = 'operator', headers = {}) {
  const told = await passing(plane, plane.ask(methodAndPath, { as, body, headers }))
  assert.ok(told.status < 300, `${methodAndPath}: ${told.status} ${JSON.stringify(told.body)}`)
  return told.body
}

async function publish(plane: TestPlane, feature: string, text: string, more: object = {}): Promise<string> {
  const content = promptVersion(text)
  const judge = { model: 'local:judge', parameters: { temperature: 0 } }
  const body = { content, rubric, judge, live, report: gateReport(feature, content.id), source: 'abc1234', ...more }
  await ask(plane, `POST /v1/features/${feature}/versions`, body, 'ci')
  return content.id
}

async function activate(plane: TestPlane, feature: string, version: string, more: object = {}): Promise<void> {
  await ask(plane, `PUT /v1/features/${feature}/active`, { version, reason, waitMs: 0, ...more }, 'operator', {
    'idempotency-key': `activate-${feature}-${version}`,
  })
}

async function start(plane: TestPlane, feature: string, version: string, more: object = {}): Promise<Running> {
  const settings = { stages: [{ percent: 50, soak: '1h' }] }
  return await ask(plane, `POST /v1/features/${feature}/rollouts`, { version, settings, ...more })
}

/** Requests of so many users, of whom `more` says what became of each. */
async function serve(
  plane: TestPlane,
  { id, salt, feature, incumbent, canary }: Running,
  users: { from: number; to: number },
  more: (arm: Arm, user: number) => object,
): Promise<void> {
  const outcomes = Array.from({ length: users.to - users.from }, (_, index) => {
    const user = users.from + index
    const unit = `user-${user}`
    const arm: Arm = position(salt, unit) < half ? 'canary' : 'incumbent'
    const version = arm === 'canary' ? canary : incumbent
    const place = { feature, version, rolloutId: id, arm, stage: 0, unit }
    const observedAt = new Date(plane.clock.now()).toISOString()
    return { id: `${id}-${user}`, ...place, observedAt, latencyMs: 100 + (user % 7), ...more(arm, user) }
  })
  await ask(plane, 'POST /v1/outcomes', { outcomes }, 'client', { 'sluice-instance': 'app-1' })
}

/** One that names all that a client can say, and how its user liked it. */
async function serveInFull(plane: TestPlane, rollout: Running): Promise<void> {
  const full = (arm: Arm, user: number) => ({
    ...{ costUsd: 0.002, inputTokens: 900, outputTokens: 120, servedModel: 'gpt-4.1-2025-04-14', fingerprint: 'fp_1' },
    ...{ input: { email: `Mail ${user}` }, output: arm === 'canary' ? 'nothing at all' : 'a summary', captured: 1 },
    ...(user % 5 === 0 && { refusal: true }),
    ...(user % 5 === 1 && { invalid: true }),
    ...(user % 5 === 2 && { error: 'TimeoutError' }),
  })
  await serve(plane, rollout, { from: 5000, to: 5020 }, full)
  const observedAt = new Date(plane.clock.now()).toISOString()
  const liked = { kind: 'feedback', feature: rollout.feature, version: rollout.incumbent, observedAt, score: 1 }
  const ids = ['5000', '5001', 'never-seen'].map((user) => `${rollout.id}-${user}`)
  const outcomes = ids.map((of, index) => ({ ...liked, id: `f-${index}`, rolloutId: rollout.id, of, comment: 'fine' }))
  await ask(plane, 'POST /v1/outcomes', { outcomes }, 'client')
}

const statusOf = async (plane: TestPlane, { id }: Running) =>
  (await plane.ask(`GET /v1/rollouts/${id}`, { as: 'client' })).body

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
    const users = { from: batch * 40, to: batch * 40 + 40 }
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
    await serve(plane, rollout, { from: round * 20, to: round * 20 + 20 }, () => ({ costUsd: 0.001 }))
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
  await serve(plane, rollout, { from: 0, to: 200 }, () => ({}))
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
  await passUntil(
    plane,
    'a failure of the judge',
    async () => (await plane.store.checkpoint('judge:digest')) !== undefined,
  )
}

/** Tokens of every kind, processes, and users who are forgotten. */
async function others(plane: TestPlane): Promise<void> {
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
  await everyEnd(plane)
  await takenBack(plane)
  await mismatched(plane)
  await held(plane, production.breakJudge)
  await others(plane)
  const drift = await store.checkpoint('drift:chat')
  if (drift) await store.setAside('drift:chat', drift.cursor, { fresh: drift })
}
