import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { measure } from '../simulate-canary/measure.ts'
import type { Played } from '../simulate-canary/play.ts'
import { Pool } from '../simulate-canary/pool.ts'
import { type Row, world } from '../simulate-canary/row.ts'
import { type HarmPicture, harmSvg } from './harm-svg.ts'

/**
 * Draws docs/images/canary-harm-*.svg: how many canaries are rolled back within 96 hours, and how soon, by the size of the harm, for
 * 500, 5,000 and 50,000 requests a day with the defaults:
 * `npm run harm-picture -- [--runs 60] [--seed 604]`.
 */

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '60' }, seed: { type: 'string', default: '604' } },
})
const runs = Number(values.runs)

const traffic = [
  { name: '500 requests a day', scenario: 'traffic-500' },
  { name: '5,000 requests a day', scenario: 'traffic-5000' },
  { name: '50,000 requests a day', scenario: 'traffic-50000' },
]
const kinds = [
  {
    file: 'score',
    harm: 'drop of the mean score',
    sizes: [0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3],
    canary: (size: number) => ({ score: -size }),
    shown: String,
  },
  {
    file: 'errors',
    harm: 'failures of 100 requests more',
    sizes: [0, 0.01, 0.02, 0.03, 0.05, 0.1],
    canary: (size: number) => ({ errors: size }),
    shown: (size: number) => String(Math.round(100 * size)),
  },
  {
    file: 'latency',
    harm: 'factor of the latency',
    sizes: [1, 1.1, 1.25, 1.5, 2, 3],
    canary: (size: number) => ({ latency: size }),
    shown: String,
  },
]

for (const { file, harm, sizes, canary, shown } of kinds) {
  const rows = traffic.map(({ scenario }) =>
    sizes.map((size) => world(`${scenario} ${size}`, scenario, [], { lasts: '97h', canary: canary(size) })),
  )
  const found = await playRows(rows.flat())
  const lines = await Promise.all(
    rows.map(async (own, i): Promise<HarmPicture['lines'][number]> => {
      const points = own.map(async (row, j) => {
        const { rolledBack, summary } = await measure(row, found.get(row) ?? [])
        return {
          harm: sizes[j] ?? 0,
          rolledBack: rolledBack?.share ?? 0,
          medianHours: summary?.delayHours?.median.value ?? null,
        }
      })
      return { name: traffic[i]?.name ?? '', points: await Promise.all(points) }
    }),
  )
  for (const { name, points } of lines)
    console.log(`${file}, ${name}: ${points.map((one) => `${one.harm} ${one.rolledBack.toFixed(2)}`).join(', ')}`)
  const picture = path.join(import.meta.dirname, `../../docs/images/canary-harm-${file}.svg`)
  await writeFile(picture, harmSvg({ harm, shown, lines }))
}

/** All runs of the rows, in parts of ten. */
async function playRows(rows: readonly Row[]): Promise<Map<Row, Played[]>> {
  const pool = new Pool(new URL('../simulate-canary.ts', import.meta.url))
  const found = rows.map(async ({ play }, row) => {
    const parts = Array.from({ length: Math.ceil(runs / 10) }, (_, i) => {
      const part = { from: 10 * i, to: Math.min(runs, 10 * i + 10) }
      return pool.play({ play, seed: Number(values.seed) + row, ...part })
    })
    return Promise.all(parts)
  })
  const all = await Promise.all(found)
  await pool.close()
  return new Map(rows.map((row, i) => [row, all[i] ?? []]))
}
