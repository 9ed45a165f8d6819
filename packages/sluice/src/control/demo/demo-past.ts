import { randomBytes } from 'node:crypto'
import { type Clock, routeUnit, type Snapshot } from '@sluice/client'
import { createControlPlane } from '../server/control-plane.ts'
import type { Store } from '../store/store.ts'
import { demoFeatures, demoVersion, simulatedAnswer } from './demo-material.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
const requestsOfARollout = 300

/** Asks a control plane as the holder of a token would; what it refuses is an error. */
export type DemoAsk = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>

/** Asks in this process, without a socket. */
export function askOf(fetch: (request: Request) => Promise<Response>, token: string): DemoAsk {
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const init = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(new Request(`http://127.0.0.1${path}`, { method, headers, ...init }))
    const answer = (await response.json()) as Record<string, unknown>
    if (!response.ok) throw new Error(`${method} ${path}: ${String(answer.detail)}`)
    return answer
  }
}

/** Fills a store with nine simulated days: by the code of the server, on a clock that is set from one act to the next. */
export async function simulatePast(store: Store, admin: string, now: number): Promise<void> {
  let time = now - 9 * dayMs
  const clock: Clock = { now: () => time, setTimer: () => 0, clearTimer: () => undefined }
  const plane = await createControlPlane({ store, clock, randomBytes })
  const ask = askOf((request) => plane.fetch(request), admin)
  try {
    for (const [index, { feature, versions }] of demoFeatures.entries()) {
      time = now - 9 * dayMs + index * hourMs
      for (const [place, { label, verdict, score }] of versions.entries()) {
        time += 2 * dayMs
        const content = demoVersion(feature, label)
        const id = content.id
        await ask('POST', `/v1/features/${feature}/versions`, {
          content,
          rollout: {
            stages: [
              { percent: 30, soak: '30m' },
              { percent: 60, soak: '1h' },
            ],
            minUsers: 50,
          },
          report: reportOf({ feature, id, label, verdict, score, at: time }),
          source: 'simulated',
        })
        const isFirst = place === 0
        if (isFirst) await ask('PUT', `/v1/features/${feature}/active`, { version: id, reason: 'first release' })
        else if (verdict === 'pass' && place + 1 < versions.length) await pastRollout(feature, id)
      }
    }
    // The one that was tried too early, so that there is a rollback to look at.
    time = now - dayMs
    const early = demoVersion('support-reply', '8-polite').id
    const { id } = await ask('POST', '/v1/features/support-reply/rollouts', {
      version: early,
      reason: 'softer tone',
      acceptUndecided: true,
    })
    await traffic('support-reply', 0.6)
    time += hourMs
    const reason = 'complaints: answers are cut off'
    await ask('POST', '/v1/features/support-reply/rollback', { from: id, reason })
  } finally {
    plane.close()
  }

  async function pastRollout(feature: string, version: string): Promise<void> {
    const { id } = await ask('POST', `/v1/features/${feature}/rollouts`, {
      version,
      reason: 'the gate has passed',
      acceptUndecided: true,
    })
    await traffic(feature, 0)
    time += 6 * hourMs
    await ask('POST', `/v1/rollouts/${String(id)}/promote`, { reason: 'a day without a complaint' })
  }

  /** Requests of one rollout, as applications report them. */
  async function traffic(feature: string, badness: number): Promise<void> {
    const snapshot = (await ask('GET', '/v1/snapshot')) as unknown as Snapshot
    const state = snapshot.features[feature]
    if (!state) return
    const outcomes = Array.from({ length: requestsOfARollout }, (_, index) => {
      const unit = `user-${index}`
      const { version, arm, rolloutId, stage } = routeUnit(state, unit)
      const part = rolloutId === null ? {} : { arm, rolloutId, stage }
      const answer = simulatedAnswer(arm === 'canary' ? badness : 0, Math.random)
      const at = { observedAt: new Date(time).toISOString() }
      return { id: `${feature}-${time}-${index}`, feature, version, ...part, unit, ...at, ...answer }
    })
    await ask('POST', '/v1/outcomes', { outcomes })
  }
}

interface SimulatedGate {
  feature: string
  id: string
  label: string
  verdict: 'pass' | 'fail'
  score: number
  at: number
}

/** What the gate would have said: the score is invented, as the banner of every page says. */
function reportOf({ feature, id, label, verdict, score, at }: SimulatedGate): object {
  const candidate = { id, label, model: 'openai:gpt-4.1-2025-04-14' }
  const spread = { se: 0.012, ciLow: score - 0.024, ciHigh: score + 0.024, std: 0.14 }
  const rest = { p10: null, p50: null, p90: null, threshold: null, passRate: null, caseThreshold: null }
  return {
    schema: 'sluice.report/1',
    runId: `simulated-${id}`,
    startedAt: new Date(at).toISOString(),
    sluiceVersion: 'simulated',
    verdict,
    exitCode: verdict === 'pass' ? 0 : 1,
    features: [{ feature, verdict, strength: 'strong', candidate, score: { mean: score, ...spread, ...rest } }],
  }
}
