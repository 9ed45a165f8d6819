// A control plane with a long past: many features and versions, rollouts that run, and a log of millions of outcomes.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { publication } from '../../packages/sluice/test/support/told-feature.ts'
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

/** Of the outcomes that are sent, and so of all: features with a rollout have most, and as many without one have as many. */
const outcomesOf = { first: 6000, busy: 600, others: 10 }

/** Publishes, activates, starts and sends over HTTP, as users do. */
export async function fillPlane(server: BenchServer, sizes: LargeSizes): Promise<LargePlane> {
  const each = Math.max(2, Math.round(sizes.versions / sizes.features))
  const names = Array.from({ length: sizes.features }, (_, index) => `feature-${String(index).padStart(4, '0')}`)
  const features = await inTurns(names, async (feature) => {
    const versions: string[] = []
    for (let number = 0; number < each; number += 1) versions.push(await publish(server, feature, number))
    await server.activate(feature, versions.at(-2) ?? '')
    return { feature, versions }
  })
  const rollouts = await inTurns(features.slice(0, sizes.rollouts), ({ feature, versions }) =>
    startRollout(server, feature, versions),
  )
  for (const [index, { feature, versions }] of features.entries()) {
    const isBusy = index < 2 * sizes.rollouts
    const count = index === 0 ? outcomesOf.first : isBusy ? outcomesOf.busy : outcomesOf.others
    const rollout = rollouts[index]
    const sent = { name: `past-${feature}`, count, feature, version: versions.at(-2) ?? '' }
    await sendAll(server, arrivals({ ...sent, ...(rollout && { rollout }) }))
  }
  return { features, rollouts }
}

async function publish(server: BenchServer, feature: string, number: number): Promise<string> {
  const startedAt = new Date(Date.now() - (20 - number) * 86_400_000).toISOString()
  const text = `Version ${number} for ${feature}. ${'Keep names, dates and amounts. '.repeat(20)}{{email}}`
  const { id, body } = publication({ feature, label: `1.${number}`, text, startedAt })
  await server.ask('POST', `/v1/features/${feature}/versions`, body)
  return id
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

/** What was made in a folder before; undefined if nothing was. */
export function knownPlane(folder: string): LargePlane | undefined {
  const file = path.join(folder, 'bench.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LargePlane) : undefined
}

export function rememberPlane(folder: string, plane: LargePlane): void {
  writeFileSync(path.join(folder, 'bench.json'), JSON.stringify(plane))
}
