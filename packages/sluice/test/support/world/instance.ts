import { type Clock, type OutcomesRequest, type OutcomesResponse, SluiceClient } from '@sluice/client'
import type { History } from './history.ts'
import { clockOf, type Life } from './life.ts'
import type { RandomSource } from './random-source.ts'

export interface InstanceOptions {
  name: string
  token: string
  life: Life
  clock: Clock
  random: RandomSource
  fetch: typeof fetch
  history: History
  say: (line: string) => void
}

/** One process of the application, with a real client in it. */
export interface Instance {
  client: SluiceClient
  name: string
  /** Serves one request of a user. */
  serve(unit: string): void
  /** Its wall clock jumps by so many ms. */
  jump(ms: number): void
}

export const feature = 'mail'

export function startInstance({ name, token, life, clock, random, fetch, history, say }: InstanceOptions): Instance {
  let skew = 0
  let made = 0
  const client = new SluiceClient({
    ...{ url: 'http://control', token, instance: name, random: () => Math.min(random.uniform(), 1 - 2 ** -53) },
    clock: clockOf(life, clock, () => skew),
    fetch: watched(known(fetch, name), history),
    newId: () => {
      made += 1
      return `${name}-${made}`
    },
    onDiagnostic: ({ code, message }) => say(`${name}: ${code}: ${message}`),
    heartbeatMs: 10_000,
    flushMs: 5000,
  })
  return {
    client,
    name,
    serve(unit) {
      const route = client.route(feature, unit)
      const { rolloutId, arm, stage, version, prompt } = route
      const { revision } = client.status()
      if (rolloutId !== null && arm !== null && stage !== null && revision !== null)
        history.served.push({ instance: name, unit, rolloutId, arm, stage, revision })
      if (version === null) return
      const isBad = prompt?.label?.startsWith('bad') ?? false
      route.record({
        latencyMs: random.between(100, 900),
        costUsd: 0.002,
        ...(random.chance(isBad ? 0.7 : 0.02) && { error: 'no answer' }),
        ...{ input: { email: `of ${unit}` }, output: `summary for ${unit}` },
      })
    },
    jump(ms) {
      skew += ms
    },
  }
}

/** The client draws by what a process is known; here it follows from its name, since it comes into the audit log. */
function known(fetch: typeof globalThis.fetch, name: string): typeof globalThis.fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers)
    const instance = headers.get('sluice-instance')
    if (instance) headers.set('sluice-instance', instance.replace(/^\S+/, name))
    return fetch(input, { ...init, headers })
  }
}

/** Notes which outcomes the control plane acknowledges, as the client reads it. */
function watched(fetch: typeof globalThis.fetch, { promised }: History): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    if (!String(input).endsWith('/v1/outcomes') || response.status !== 200) return response
    const { rejected } = (await response.clone().json()) as OutcomesResponse
    const { outcomes } = JSON.parse(String(init?.body)) as OutcomesRequest
    const refused = new Set(rejected.map(({ index }) => index))
    for (const [index, { id }] of outcomes.entries()) if (!refused.has(index)) promised.add(id)
    return response
  }
}
