import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { type Arm, position } from '@sluice/client'
import { startEngine } from '../../packages/sluice/src/control/server/engine.ts'
import type { Store } from '../../packages/sluice/src/control/store/store.ts'
import type { Budget } from '../../packages/sluice/src/core/providers/limits/budget.ts'
import { ProviderError } from '../../packages/sluice/src/core/providers/provider-error.ts'
import { createAnswerModes } from '../../packages/sluice/src/core/scorers/judge/judge.ts'
import type { ApprovalRule } from '../../packages/sluice/src/core/suite/config/approval-settings.ts'
import {
  gateReport,
  promptVersion,
  type TestPlane,
  testPlane,
} from '../../packages/sluice/test/support/control-plane/control-plane.ts'
import { judgement } from '../../packages/sluice/test/support/fake-model.ts'

const half = 500_000
export const reason = 'for the record'
export const minuteMs = 60_000
const rubric = [{ id: 'actions', ask: 'Are all action items there?', must: true }]
const live = { store: true, judge: { percent: 100, budgetUsdPerDay: 5 } }

export interface Running {
  id: string
  salt: string
  feature: string
  incumbent: string
  canary: string
}

/** Which releases need approval; may be changed while it runs. */
export type Ruled = Record<string, ApprovalRule>

/** A control plane with everything that it does by itself, on a clock that is moved by hand. */
export interface Production extends AsyncDisposable {
  plane: TestPlane
  rules: Ruled
  /** From then on no request is judged. */
  breakJudge(): void
}

export async function startProduction(store: Store): Promise<Production> {
  let broken = false
  let engine: ReturnType<typeof startEngine> | undefined
  const rules: Ruled = {}
  const plane = await testPlane({
    store,
    approvals: rules,
    captureContents: async (accepted) => engine?.captureContents(accepted),
    engineState: {
      assessment: async (rolloutId) => (await engine?.engineState.assessment(rolloutId)) ?? null,
      drift: async (feature) => (await engine?.engineState.drift(feature)) ?? null,
    },
  })
  const complete = async (request: unknown, budget: Budget) => {
    const reserved = await budget.reserve(0.01)
    if (reserved === 'exhausted') throw new ProviderError('budget', 'the budget of the day is used up')
    reserved.settle(0.001)
    const text = JSON.stringify(request)
    if (broken && !text.includes('riddle')) throw new ProviderError('overloaded', 'the judge is busy')
    const verdict = text.includes('nothing at all') ? 'no' : 'yes'
    const judged = judgement({ actions: verdict }, verdict === 'yes' ? 'summary' : '')
    const output = text.includes('riddle') ? 'no judgement at all' : judged
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
    redactTextsOf: async () => async (texts) => [...texts],
    nightsOf: () => [],
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
    rules,
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
export async function passUntil({ clock }: TestPlane, what: string, done: () => Promise<boolean>): Promise<void> {
  for (let minute = 0; !(await done()); minute += 1) {
    if (minute === 1500) throw new Error(`${what} did not happen in ${minute} minutes`)
    clock.advance(minuteMs)
    await wait(3)
  }
}

/** Waits for what itself waits by the clock that is moved here. */
export async function passing<T>({ clock }: TestPlane, work: Promise<T>, stepMs = 100): Promise<T> {
  let isOver = false
  const end = () => {
    isOver = true
  }
  work.then(end, end)
  for (; !isOver; await wait(1)) clock.advance(stepMs)
  return await work
}

export async function ask(plane: TestPlane, methodAndPath: string, body: unknown, as = 'operator', headers = {}) {
  const told = await passing(plane, plane.ask(methodAndPath, { as, body, headers }))
  assert.ok(told.status < 300, `${methodAndPath}: ${told.status} ${JSON.stringify(told.body)}`)
  return told.body
}

export async function publish(plane: TestPlane, feature: string, text: string, more: object = {}): Promise<string> {
  const content = promptVersion(text)
  const judge = { model: 'local:judge', parameters: { temperature: 0 } }
  const body = { content, rubric, judge, live, report: gateReport(feature, content.id), source: 'abc1234', ...more }
  await ask(plane, `POST /v1/features/${feature}/versions`, body, 'ci')
  return content.id
}

export async function activate(plane: TestPlane, feature: string, version: string, more: object = {}): Promise<void> {
  await ask(plane, `PUT /v1/features/${feature}/active`, { version, reason, waitMs: 0, ...more }, 'operator', {
    'idempotency-key': `activate-${feature}-${version}`,
  })
}

export async function start(plane: TestPlane, feature: string, version: string, more: object = {}): Promise<Running> {
  const settings = { stages: [{ percent: 50, soak: '1h' }] }
  return await ask(plane, `POST /v1/features/${feature}/rollouts`, { version, settings, ...more })
}

/** Requests of so many users, of whom `more` says what became of each. */
export async function serve(
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

/** Requests for the active version of a feature, of one user each. */
export async function serveActive(
  plane: TestPlane,
  { feature, version, from, to }: { feature: string; version: string; from: number; to: number },
  more: object,
): Promise<void> {
  const outcomes = Array.from({ length: to - from }, (_, index) => {
    const number = from + index
    const observedAt = new Date(plane.clock.now()).toISOString()
    return { id: `${feature}-${number}`, feature, version, unit: `user-${number}`, observedAt, latencyMs: 100, ...more }
  })
  await ask(plane, 'POST /v1/outcomes', { outcomes }, 'client')
}

/** One that names all that a client can say, and how its user liked it. */
export async function serveInFull(plane: TestPlane, rollout: Running): Promise<void> {
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

export const statusOf = async (plane: TestPlane, { id }: Running) =>
  (await plane.ask(`GET /v1/rollouts/${id}`, { as: 'client' })).body
