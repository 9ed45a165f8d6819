import { parseArgs } from 'node:util'
import { isMainThread, parentPort } from 'node:worker_threads'
import { type Chunk, playAll } from './simulate-canary/pool.ts'
import { type Row, tables } from './simulate-canary/rows.ts'
import { measured, tableOf } from './simulate-canary/table.ts'
import { addTally, newTally, tally } from './simulate-canary/tally.ts'

/**
 * How often the canary's engine rolls back, promotes and alerts, and how soon, on traffic of a known truth, beside what the
 * same design gave in an independent implementation: `npm run simulate-canary -- [--quick] [--seed 7000000] [--only name]`.
 * Everything goes through `observe` and `assess`, as in the controller. Exits with 1 where a claim does not hold.
 */

const chunkRuns = 50

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: '7000000' },
      only: { type: 'string', default: '' },
    },
  })
  const rows = Object.values(tables)
    .flat()
    .filter(({ name }) => name.includes(values.only))
    .map((row) => (values.quick ? { ...row, runs: Math.ceil(row.runs / 20) } : row))
  const chunks = rows.flatMap((row, index) => chunksOf(row, index, Number(values.seed) + 100_000 * index))
  const tallies = rows.map(newTally)
  let finished = 0
  await playAll(chunks, new URL(import.meta.url), ({ row }, found) => {
    const sum = tallies[row]
    if (sum) addTally(sum, found)
    finished += 1
    if (finished % 50 === 0) console.error(`${finished} of ${chunks.length} parts`)
  })
  for (const [heading, all] of Object.entries(tables)) {
    const chosen = rows.flatMap((row, i) => (all.some(({ name }) => name === row.name) ? [i] : []))
    if (chosen.length === 0) continue
    console.log(`${tableOf(heading, pick(rows, chosen), pick(tallies, chosen))}\n`)
  }
  const broken = rows.filter((row, i) => measured(row, tallies[i] ?? newTally()).holds === false)
  console.log(broken.length === 0 ? 'every claim holds' : `does not hold: ${broken.map(({ name }) => name).join('; ')}`)
  return broken.length === 0 ? 0 : 1
}

function chunksOf({ play, runs }: Row, row: number, seed: number): Chunk[] {
  return Array.from({ length: Math.ceil(runs / chunkRuns) }, (_, i) => {
    const from = i * chunkRuns
    return { row, play, seed: seed + from, runs: Math.min(chunkRuns, runs - from) }
  })
}

function pick<T>(list: readonly T[], indices: readonly number[]): T[] {
  return indices.flatMap((i) => list.slice(i, i + 1))
}

if (isMainThread) process.exitCode = await main()
else parentPort?.on('message', ({ play, seed, runs }: Chunk) => parentPort?.postMessage(tally(play, seed, runs)))
