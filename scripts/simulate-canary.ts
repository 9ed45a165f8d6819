import { parseArgs } from 'node:util'
import { isMainThread, parentPort } from 'node:worker_threads'
import { position } from '@sluice/client'
import { type Chance, reliability } from './simulate-canary/foretold.ts'
import { type Measured, measure } from './simulate-canary/measure.ts'
import { type Played, played } from './simulate-canary/play.ts'
import { type Chunk, Pool } from './simulate-canary/pool.ts'
import type { Claim, Row, Table } from './simulate-canary/row.ts'
import { tables } from './simulate-canary/rows.ts'
import { claimText, rowText, tableOf } from './simulate-canary/table.ts'
import { writeSection } from './simulate-canary/write-section.ts'

/**
 * How often canaries are rolled back, promoted and found, and how soon, in worlds of a known truth:
 * `npm run simulate-canary -- [--runs 2000] [--until-decided] [--seed 1] [--only part of a name or heading] [--json] [--markdown FILE]`.
 * Every request goes through the traffic of `sluice simulate` and the engine's own decisions. Exits with 1 where a claim does
 * not hold.
 *
 * With `--until-decided` a row ends before its runs are over once its claims are shown or refuted. Shares are judged by a
 * confidence sequence, which holds at all times together, so that looking often does not bend the answer.
 */

const chunkRuns = 20
/** A row may end after this many runs, and is asked after each chunk. */
const fewestRuns = 120
/** What is claimed of means. */
const means: ReadonlySet<Claim['of']> = new Set(['delay', 'alarms', 'foundWithin'])

interface Options {
  runs: number
  seed: number
  untilDecided: boolean
  only: string
  json: boolean
  markdown: string | undefined
}

async function main(options: Options): Promise<number> {
  const rows = tables.flatMap((table) => table.rows.filter((row) => isChosen(row, table, options.only)))
  if (rows.length === 0) throw new Error(`no row is named like "${options.only}"`)
  const found = await playRows(rows, options)
  const results = await Promise.all(rows.map(async (row, i) => ({ row, measured: await measure(row, found[i] ?? []) })))
  const sections = tables.flatMap(({ heading, section, rows: all }) => {
    const own = results.filter(({ row }) => all.includes(row))
    return own.length === 0 ? [] : [{ section, text: tableOf(heading, own) }]
  })
  const textOf = (chosen: typeof sections) => chosen.map(({ text }) => text).join('\n\n')
  const broken = [
    ...results.flatMap(({ row, measured }) => brokenClaims(row, measured)),
    ...unreliable(results.flatMap(({ measured: { foretold } }) => (foretold ? [foretold] : []))),
  ]
  const last = broken.length === 0 ? 'No claim is refuted.' : `Not as claimed:\n${broken.join('\n')}`
  console.log(options.json ? JSON.stringify({ options, results }, undefined, 1) : `${textOf(sections)}\n\n${last}`)
  if (options.markdown !== undefined)
    for (const section of ['canary', 'forecast', 'drift'])
      await writeSection(
        options.markdown,
        section,
        `${madeBy(options)}\n\n${textOf(sections.filter((one) => one.section === section))}`,
      )
  return broken.length === 0 ? 0 : 1
}

function madeBy({ runs, seed, untilDecided }: Options): string {
  return `Made by \`npm run simulate-canary -- --runs ${runs}${untilDecided ? ' --until-decided' : ''} --seed ${seed}\`.`
}

function isChosen({ name, play }: Row, { heading }: Table, only: string): boolean {
  return [heading, name].some((text) => text.includes(only)) || ('canary' in play && play.canary.scenario === only)
}

/** As many rows at a time as there are threads, so that what is over is soon told. */
async function playRows(rows: readonly Row[], options: Options): Promise<Played[][]> {
  const pool = new Pool(new URL(import.meta.url))
  const found: Played[][] = rows.map(() => [])
  const rest = rows.entries()
  const begun = performance.now()
  let finished = 0
  const takeRows = async () => {
    for (const [i, row] of rest) {
      const own = await playRow(row, pool, options)
      found[i] = own
      finished += 1
      const minutes = ((performance.now() - begun) / 60_000).toFixed(1)
      const text = rowText(row, await measure(row, own))
      console.error(`${finished} of ${rows.length} rows after ${minutes} minutes: ${text}`)
    }
  }
  await Promise.all(Array.from({ length: pool.size }, takeRows))
  await pool.close()
  return found
}

async function playRow(row: Row, pool: Pool, options: Options): Promise<Played[]> {
  const found: Played[] = []
  for (const chunk of chunksOf(row, options)) {
    found.push(await pool.play(chunk))
    if (options.untilDecided && isDecided(await measure(row, found))) break
  }
  return found
}

/** A claim about a mean is not decided early: no interval that holds at all times is reckoned for it. */
function isDecided({ runs, claims }: Measured): boolean {
  return runs >= fewestRuns && claims.every(({ claim, holds }) => !means.has(claim.of) && holds !== 'open')
}

/** Each row has random numbers of its own, whichever others are played. */
function chunksOf({ name, play, runs: most }: Row, { runs: wanted, seed }: Options): Chunk[] {
  const runs = Math.min(wanted, most ?? wanted)
  const own = Math.floor(position(`seed ${seed}`, name) * 4294)
  return Array.from({ length: Math.ceil(runs / chunkRuns) }, (_, i) => {
    const from = i * chunkRuns
    return { play, seed: own, from, to: Math.min(runs, from + chunkRuns) }
  })
}

function brokenClaims({ name }: Row, { claims }: Measured): string[] {
  return claims.flatMap(({ claim, holds }) => (holds === 'no' ? [`- ${name}: ${claimText(claim)}`] : []))
}

/** Of what the forecast gives so much chance, as much comes true, give or take this. */
const reliableWithin = 0.05

function unreliable(worlds: readonly (readonly Chance[])[]): string[] {
  return reliability(worlds).flatMap(({ from, to, forecast, observed, error }) =>
    Math.abs(observed - forecast) > reliableWithin + 2.33 * error
      ? [
          `- forecasts that say ${from} to ${to}: on average ${forecast.toFixed(3)}, and ${observed.toFixed(3)} came true`,
        ]
      : [],
  )
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      'until-decided': { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      markdown: { type: 'string' },
    },
  })
  const number = (name: 'runs' | 'seed', least: number) => {
    const value = Number(values[name])
    if (!Number.isInteger(value) || value < least) throw new Error(`--${name} takes a whole number from ${least} on`)
    return value
  }
  if (values.markdown !== undefined && values.only !== '')
    throw new Error('--markdown writes all tables: leave --only out')
  const { only, json, markdown, 'until-decided': untilDecided } = values
  return { only, json, markdown, untilDecided, runs: number('runs', 1), seed: number('seed', 0) }
}

if (isMainThread) process.exitCode = await main(options())
else parentPort?.on('message', async (chunk: Chunk) => parentPort?.postMessage(await played(chunk.play, chunk)))
