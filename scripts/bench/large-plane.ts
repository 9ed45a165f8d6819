// A control plane with a long past: many features and versions, rollouts that run, and a log of millions of outcomes.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { publication } from '../../packages/sluice/test/support/control-plane/described-feature.ts'
import type { BenchServer } from './plane.ts'
import { arrivals, type BenchRollout, sendAll } from './traffic.ts'

export interface LargeSizes {
  features: number
  versions: number
  /** Rollouts that run, each of another feature. */
  rollouts: number
}

/** What is needed to ask for its pages. */
export interface LargePlane {
  /** Their versions are the oldest first, and the last but one is active. */
  features: { feature: string; versions: string[] }[]
  /** Of the first features. */
  rollouts: BenchRollout[]
}

/** Of the outcomes that are sent, and so of all: the first feature with a rollout, the others with one, busy ones without, all others. */
const outcomesOf = { first: 6000, rollout: 60, busy: 1200, others: 40 }
/** Processes of applications, with tokens in turn: what is known of each makes the evidence long. */
const processes = 24
const tokens = 3

/** Publishes, activates, starts and sends over HTTP, as users do. */
export async function fillPlane(server: BenchServer, sizes: LargeSizes): Promise<LargePlane> {
  const each = Math.max(2, Math.round(sizes.versions / sizes.features))
  const names = Array.from({ length: sizes.features }, (_, index) => `feature-${String(index).padStart(4, '0')}`)
  const features = await inTurns(names, async (feature) => {
    const versions: string[] = []
    for (let number = 0; number < each; number += 1) versions.push(await publish(server, feature, number))
    await untilTaken(() => server.activate(feature, versions.at(-2) ?? ''))
    return { feature, versions }
  })
  const rollouts = await inTurns(features.slice(0, sizes.rollouts), ({ feature, versions }) =>
    startRollout(server, feature, versions),
  )
  const headersOf = await applications(server)
  const busy = busyFeatures({ features, rollouts })
  for (const [index, { feature, versions }] of features.entries()) {
    const rollout = rollouts[index]
    const kind =
      index === 0 ? 'first' : rollout ? 'rollout' : busy.some((one) => one.feature === feature) ? 'busy' : 'others'
    const sent = { name: `past-${feature}`, count: outcomesOf[kind], feature, version: versions.at(-2) ?? '' }
    const outcomes = arrivals({ ...sent, ...(rollout && { rollout }) }).flat()
    const size = rollout ? Math.ceil(outcomes.length / (processes * Math.ceil(outcomes.length / 2400))) : 100
    const batches = Array.from({ length: Math.ceil(outcomes.length / size) }, (_, batch) =>
      outcomes.slice(batch * size, (batch + 1) * size),
    )
    await sendAll(server, batches, headersOf)
  }
  return { features, rollouts }
}

/** Without a rollout, but with as much traffic as is read at most to know how much there is. */
export function busyFeatures({ features, rollouts }: LargePlane): LargePlane['features'] {
  return features.slice(rollouts.length, rollouts.length + Math.ceil(rollouts.length / 2))
}

/** As whom each batch is sent. */
async function applications(server: BenchServer): Promise<(batch: number) => Record<string, string>> {
  const secrets: string[] = []
  for (let token = 0; token < tokens; token += 1) {
    const made = await server.ask('POST', '/v1/tokens', { name: `app-${token}`, scopes: ['client'] })
    secrets.push((made as { token: string }).token)
  }
  return (batch) => {
    const process = batch % processes
    return {
      authorization: `Bearer ${secrets[process % tokens]}`,
      'sluice-instance': `process-${process} 60000 app-${process % tokens}-${process}`,
    }
  }
}

async function publish(server: BenchServer, feature: string, number: number): Promise<string> {
  const startedAt = new Date(Date.now() - (20 - number) * 86_400_000).toISOString()
  const text = `Version ${number} for ${feature}. ${'Keep names, dates and amounts. '.repeat(20)}{{email}}`
  const { id, body } = publication({ feature, label: `1.${number}`, text, startedAt })
  await untilTaken(() => server.ask('POST', `/v1/features/${feature}/versions`, body))
  return id
}

/** A busy machine refuses some of so many at once; what is sent twice counts once. */
async function untilTaken(send: () => Promise<unknown>): Promise<void> {
  for (let left = 20; ; left -= 1) {
    try {
      return void (await send())
    } catch (error) {
      if (left === 0 || !String(error).includes('store-unavailable')) throw error
    }
  }
}

async function startRollout(server: BenchServer, feature: string, versions: readonly string[]): Promise<BenchRollout> {
  const [canary = '', incumbent = ''] = [versions.at(-1), versions.at(-2)]
  const percent = 10
  const settings = {
    stages: [
      { percent, soak: '6h' },
      { percent: 50, soak: '6h' },
    ],
  }
  const body = { version: canary, settings, acceptUndecided: true }
  const started = await server.ask('POST', `/v1/features/${feature}/rollouts`, body)
  const { id, salt } = started as { id: string; salt: string }
  return { id, salt, ppm: percent * 10_000, feature, incumbent, canary }
}

/** Several at a time, with the results in the order of the items. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const rest = items.entries()
  const one = async () => {
    for (const [index, item] of rest) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: 8 }, one))
  return results
}

/** The settings of the server, to lie in its folder. */
export const configuration = `server: {approvals: {"approved-*": {approvals: 1}}}\n`

/** A rollout that waits for approval, of each of four new features; proposed by somebody else than the admin. */
export async function proposeRollouts(server: BenchServer): Promise<string[]> {
  const approved = Array.from({ length: 4 }, (_, index) => `approved-${Date.now()}-${index}`)
  const made = await server.ask('POST', '/v1/tokens', { name: `proposer-${Date.now()}`, scopes: ['operator'] })
  const headers = { authorization: `Bearer ${(made as { token: string }).token}` }
  return inTurns(approved, async (feature) => {
    const versions: string[] = []
    for (const number of [0, 1]) versions.push(await publish(server, feature, number))
    const [active, canary] = versions
    const because = { reason: 'benchmark' }
    await untilTaken(() =>
      server.ask('PUT', `/v1/features/${feature}/active`, { version: active, ...because, breakGlass: because }),
    )
    const body = { act: 'start', version: canary, ...because, acceptUndecided: true }
    return ((await server.ask('POST', `/v1/features/${feature}/proposals`, body, { headers })) as { id: string }).id
  })
}

/** The drift watch begins to read every ten seconds: a server that rests for longer has nothing left to read. */
export const everyLoopMs = 12_000

/**
 * Resolves once the drift watch has read the whole past of the features whose log was made longer: on PostgreSQL it waits
 * more than it works, and so the process seems to rest meanwhile.
 */
export async function untilWatched(server: BenchServer, { rollouts }: LargePlane): Promise<void> {
  let before = ''
  for (let present = await watched(); present !== before; present = await watched()) {
    before = present
    await wait(everyLoopMs)
  }

  async function watched(): Promise<string> {
    const all = rollouts.map(({ feature }) => server.ask('GET', `/v1/features/${feature}/drift`))
    return JSON.stringify(await Promise.all(all))
  }
}

/** What was made in a folder before; undefined if nothing was. */
export function knownPlane(folder: string): LargePlane | undefined {
  const file = path.join(folder, 'bench.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LargePlane) : undefined
}

export function rememberPlane(folder: string, plane: LargePlane): void {
  writeFileSync(path.join(folder, 'bench.json'), JSON.stringify(plane))
}
