import { Agent } from 'node:http'
import { position, type RequestOutcome } from '../../packages/client/src/index.ts'
import type { BenchServer } from './plane.ts'

/** A canary in its only stage. */
export interface BenchRollout {
  id: string
  salt: string
  ppm: number
  feature: string
  incumbent: string
  canary: string
}

/** Publishes two versions, activates one and starts a canary of the other. */
export async function startCanary(
  server: BenchServer,
  {
    percent,
    feature = 'email-summary',
    more = {},
  }: { percent: number; feature?: string; more?: Record<string, unknown> },
): Promise<BenchRollout> {
  const incumbent = await server.publish(feature, 'Summarise: {{email}}', more)
  const canary = await server.publish(feature, 'In short: {{email}}', more)
  await server.activate(feature, incumbent)
  const settings = { stages: [{ percent, soak: '1h' }] }
  const body = { version: canary, settings, override: { reason: 'benchmark' } }
  const { id, salt } = (await server.ask('POST', `/v1/features/${feature}/rollouts`, body)) as {
    id: string
    salt: string
  }
  return { id, salt, ppm: percent * 10_000, feature, incumbent, canary }
}

interface Arrivals {
  name: string
  count: number
  rollout?: BenchRollout
  /** Where there is no rollout. */
  version?: string
  feature?: string
  canaryFails?: boolean
  /** Added to every request. */
  more?: Partial<RequestOutcome>
}

/** Requests of users who come once, in batches of 100. */
export function arrivals({
  name,
  count,
  rollout,
  version = '',
  feature = 'email-summary',
  canaryFails = false,
  more = {},
}: Arrivals): RequestOutcome[][] {
  const outcomes = Array.from({ length: count }, (_, index): RequestOutcome => {
    const unit = `${name}-user-${index}`
    const arm = rollout && position(rollout.salt, unit) < rollout.ppm ? ('canary' as const) : ('incumbent' as const)
    const place = rollout
      ? { feature: rollout.feature, version: rollout[arm], rolloutId: rollout.id, arm, stage: 0 }
      : { feature, version }
    const failed = canaryFails && arm === 'canary' ? { error: 'timeout' } : {}
    const observedAt = '2026-11-24T09:00:00.000Z'
    return { id: `${name}-${index}`, ...place, unit, observedAt, latencyMs: 812.5, costUsd: 0.0004, ...failed, ...more }
  })
  return Array.from({ length: Math.ceil(count / 100) }, (_, batch) => outcomes.slice(batch * 100, batch * 100 + 100))
}

/** Over four connections, each waiting for its answer; returns outcomes per second. */
export async function sendAll(
  server: BenchServer,
  batches: readonly RequestOutcome[][],
  headersOf: (batch: number) => Record<string, string> = () => ({}),
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  let next = 0
  const began = performance.now()
  const connection = async () => {
    for (let place = next++; place < batches.length; place = next++) {
      const [batch = [], headers] = [batches[place], headersOf(place)]
      const answer = await server.ask('POST', '/v1/outcomes', { outcomes: batch }, { agent, headers })
      const { accepted } = answer as { accepted: number }
      if (accepted !== batch.length) throw new Error(`only ${accepted} of ${batch.length} were accepted`)
    }
  }
  await Promise.all([connection(), connection(), connection(), connection()])
  agent.destroy()
  return (batches.flat().length * 1000) / (performance.now() - began)
}

/** Shared out among servers, as a balancer does; returns outcomes per second of all together. */
export async function sendToAll(
  servers: readonly BenchServer[],
  batches: readonly RequestOutcome[][],
): Promise<number> {
  const began = performance.now()
  await Promise.all(
    servers.map((server, place) =>
      sendAll(
        server,
        batches.filter((_, index) => index % servers.length === place),
      ),
    ),
  )
  return (batches.flat().length * 1000) / (performance.now() - began)
}
