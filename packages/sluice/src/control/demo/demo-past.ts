import { randomBytes } from 'node:crypto'
import { type Capture, routeUnit } from '@sluice/client'
import { ppmPerWhole } from '../../records/rollout/rollout-settings.ts'
import { snapshotSchema } from '../../records/snapshot.ts'
import type { Random } from '../../stats/random.ts'
import { dayMs, hourMs, minuteMs } from '../../time-units.ts'
import { isCaptured } from '../release/capture.ts'
import { createControlPlane } from '../server/control-plane.ts'
import { startEngine } from '../server/engine.ts'
import { createLog } from '../server/log.ts'
import { createMetrics } from '../server/metrics/metrics.ts'
import { type VirtualClock, virtualClock } from '../simulate/virtual-clock.ts'
import type { Store } from '../store/store.ts'
import { demoEngineOptions } from './demo-engine.ts'
import {
  createSimulatedModel,
  demoCanary,
  demoFeatures,
  demoPublication,
  demoVersion,
  type Failing,
  healthy,
  type SimulatedModel,
} from './demo-features.ts'
import { type DemoGate, demoReport } from './demo-gate.ts'
import type { DemoTokens } from './demo-tokens.ts'

/** Asks a control plane as the holder of a token would; what it refuses is an error. */
type DemoAsk = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>

/** Asks in this process, without a socket. */
function askOf(fetch: (request: Request) => Promise<Response>, token: string): DemoAsk {
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const init = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(new Request(`http://127.0.0.1${path}`, { method, headers, ...init }))
    const answer = (await response.json()) as Record<string, unknown>
    if (!response.ok) throw new Error(`${method} ${path}: ${String(answer.detail)}`)
    return answer
  }
}

/** What happened at which hour before now. */
interface Act {
  hoursAgo: number
  act: (past: Past) => Promise<void>
}

interface Past {
  store: Store
  clock: VirtualClock
  random: Random
  models: Record<'canary' | 'incumbent', SimulatedModel>
  gate: DemoGate
  /** Which model its provider names for a feature, where not the usual one. */
  served: Map<string, string>
  ask: Record<keyof DemoTokens, DemoAsk>
}

const days = 16

/** Fills a store with simulated weeks: by the code of the server, on a clock that is set from one act to the next. */
export async function simulatePast(
  store: Store,
  { tokens, now, random, gate }: { tokens: DemoTokens; now: number; random: Random; gate: DemoGate },
): Promise<void> {
  const clock = virtualClock(now - days * dayMs)
  const metrics = createMetrics()
  const log = createLog((line) => void process.stderr.write(line), clock.now, 'error')
  const engine = startEngine(
    demoEngineOptions({
      store,
      clock,
      log,
      metrics,
      random: random.uniform,
      everyMs: { drift: dayMs / 2, retention: dayMs },
      nightsOf: () => [],
    }),
  )
  const { captureContents, engineState } = engine
  const plane = await createControlPlane({
    ...{ store, clock, randomBytes, log, metrics, captureContents, engineState },
    threadLoad: null,
  })
  const askAs = (token: string) => askOf((request) => plane.fetch(request), token)
  const past: Past = {
    ...{ store, clock, random, gate, served: new Map([['search-answer', 'simulated-writer-of-before']]) },
    models: { canary: createSimulatedModel(random.uniform), incumbent: createSimulatedModel(random.uniform) },
    ask: { ci: askAs(tokens.ci), operator: askAs(tokens.operator), client: askAs(tokens.client) },
  }
  try {
    const acts = story.toSorted((a, b) => b.hoursAgo - a.hoursAgo)
    for (const { feature, versions } of demoFeatures) {
      const [, first] = versions
      if (!first) continue
      await publish(past, feature, first.label)
      await past.ask.operator('PUT', `/v1/features/${feature}/active`, {
        version: demoVersion(feature, first.label).id,
        reason: 'first release',
      })
    }
    for (const { hoursAgo, act } of acts) {
      await passHours(past, now - hoursAgo * hourMs)
      await act(past)
    }
    await passHours(past, now - runningSinceMs)
    await startRunning(past, now)
  } finally {
    plane.close()
    await engine.close()
  }
}

/** How long the canary that is watched has been running. */
const runningSinceMs = 100_000

async function startRunning(past: Past, now: number): Promise<void> {
  await publish(past, demoCanary.feature, demoCanary.label)
  await past.ask.operator('POST', `/v1/features/${demoCanary.feature}/rollouts`, {
    version: demoVersion(demoCanary.feature, demoCanary.label).id,
    settings: {
      stages: [
        { percent: 30, soak: '6h' },
        { percent: 60, soak: '12h' },
      ],
      patience: '24h',
    },
    judgePercent: 100,
    reason: 'shorter summaries, on a smaller model',
    acceptUndecided: true,
  })
  const stepMs = 10_000
  while (past.clock.now() < now) {
    await send(past, demoCanary.feature, { count: 30 })
    await step(past, stepMs)
  }
}

const story: readonly Act[] = [
  { hoursAgo: 9.5 * 24, act: async ({ served }) => served.clear() },
  {
    hoursAgo: 9 * 24,
    async act(past) {
      await publish(past, 'email-summary', '1.3')
      const id = await start(past, 'email-summary', '1.3', 'the gate has passed')
      await watch(past, { feature: 'email-summary', hours: 5 })
      await past.ask.operator('POST', `/v1/rollouts/${id}/promote`, { reason: 'five hours without a complaint' })
    },
  },
  {
    hoursAgo: 5 * 24,
    act: (past) => publish(past, 'contract-fields', '2.1'),
  },
  {
    hoursAgo: 3 * 24,
    async act(past) {
      await publish(past, 'support-reply', '8-polite')
      await start(past, 'support-reply', '8-polite', 'a softer tone')
      await watch(past, { feature: 'support-reply', hours: 4, canary: { loses: 0.4, errors: 0.02 } })
    },
  },
]

async function publish({ ask, clock, gate }: Past, feature: string, label: string): Promise<void> {
  const report = await demoReport(feature, label, { gate, at: clock.now() })
  await ask.ci('POST', `/v1/features/${feature}/versions`, { ...demoPublication(feature, label), report })
}

async function start({ ask }: Past, feature: string, label: string, reason: string): Promise<string> {
  const { id } = await ask.operator('POST', `/v1/features/${feature}/rollouts`, {
    version: demoVersion(feature, label).id,
    settings: {
      stages: [
        { percent: 20, soak: '2h' },
        { percent: 50, soak: '4h' },
      ],
      patience: '8h',
    },
    judgePercent: 50,
    reason,
    acceptUndecided: true,
  })
  return String(id)
}

/** Hours without a rollout: some requests of each feature, at once. */
async function passHours(past: Past, until: number): Promise<void> {
  while (past.clock.now() < until) {
    const stepMs = Math.min(3 * hourMs, until - past.clock.now())
    for (const { feature } of demoFeatures)
      await send(past, feature, {
        count: feature === 'contract-fields' ? 12 : 24,
      })
    await step(past, stepMs)
  }
}

const watchStepMs = 3 * minuteMs

/** A rollout that is watched closely, until it ends or this time is over. */
async function watch(
  past: Past,
  { feature, hours, canary = healthy }: { feature: string; hours: number; canary?: Failing },
): Promise<void> {
  const until = past.clock.now() + hours * hourMs
  while (past.clock.now() < until) {
    await send(past, feature, { count: 12, canary })
    await step(past, watchStepMs)
    const rollout = (await past.store.feature(feature))?.rollout
    if (rollout?.endedAt !== null) return
  }
}

async function step({ clock, store }: Past, ms: number): Promise<void> {
  await clock.jumpTo(clock.now() + ms)
  while ((await store.queued()) > 0) await clock.jumpTo(clock.now() + 1)
}

interface Batch {
  count: number
  /** How the canary does, if there is one. */
  canary?: Failing
}

/** Requests as applications report them. */
async function send(
  { ask, clock, random, models, served }: Past,
  feature: string,
  { count, canary = healthy }: Batch,
): Promise<void> {
  const { features } = snapshotSchema.parse(await ask.client('GET', '/v1/snapshot'))
  const state = features[feature]
  if (!state) return
  const servedModel = served.get(feature)
  const outcomes = Array.from({ length: count }, () => {
    const unit = `user-${Math.floor(random.uniform() * 20_000)}`
    const { version, arm, rolloutId, stage } = routeUnit(state, unit)
    const part = rolloutId === null ? {} : { arm, rolloutId, stage }
    const isCanary = arm === 'canary'
    const answer = isCanary ? models.canary(feature, canary) : models.incumbent(feature, healthy)
    const { input, output, ...measured } = answer
    const id = `simulated-${Math.floor(random.uniform() * 2 ** 52).toString(36)}`
    const captured = capturedShare(state.capture, arm, id)
    const at = { observedAt: new Date(clock.now() - Math.floor(random.uniform() * 1000)).toISOString() }
    return {
      id,
      feature,
      version,
      ...part,
      unit,
      ...at,
      ...measured,
      ...(servedModel && { servedModel }),
      ...(captured > 0 && { captured, input, output }),
    }
  })
  await ask.client('POST', '/v1/outcomes', { outcomes })
}

/** The share with which contents are sent, if this request is chosen for it; else 0. */
function capturedShare(capture: Capture | undefined, arm: 'canary' | 'incumbent' | null, id: string): number {
  const ppm = capture?.[arm ?? 'incumbent'] ?? 0
  return isCaptured(id, ppm) ? ppm / ppmPerWhole : 0
}
