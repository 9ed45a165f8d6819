// The pages of the control plane: the time of each, its size, what open pages cost, and whether ingest suffers.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startPostgres } from '../../packages/sluice/test/support/store/postgres.ts'
import {
  configuration,
  everyLoopMs,
  fillPlane,
  knownPlane,
  type LargePlane,
  proposeRollouts,
  rememberPlane,
  untilWatched,
} from './large-plane.ts'
import { median } from './measure.ts'
import { multiplyPostgresLog, multiplySqliteLog } from './multiply-log.ts'
import { openPages } from './open-pages.ts'
import { firstPageBytes, measurePages, type PageTimes, signIn } from './page-times.ts'
import { type BenchServer, startServer } from './plane.ts'
import { processorMs, quiet } from './processor-time.ts'
import { printTable, type Row } from './table.ts'
import { arrivals, sendAll } from './traffic.ts'

interface Wanted {
  outcomes: number
  features: number
  versions: number
  pages: number
  rounds: number
  /** `times`, `open`, `ingest`. */
  parts: string
}

/** Prints tables. `--outcomes n` and the like: a smaller store. `--data DIR`: the SQLite store is kept there, and used again. */
export async function benchPages(args: string[]): Promise<void> {
  const number = (value: number) => ({ type: 'string' as const, default: String(value) })
  const { values } = parseArgs({
    args,
    options: {
      outcomes: number(10_000_000),
      features: number(1000),
      versions: number(10_000),
      pages: number(200),
      rounds: number(40),
      only: { type: 'string', default: 'sqlite,postgres' },
      parts: { type: 'string', default: 'times,open,ingest' },
      data: { type: 'string' },
    },
  })
  const { outcomes, features, versions, pages, rounds } = values
  const wanted = {
    ...{ outcomes: Number(outcomes), features: Number(features), versions: Number(versions) },
    ...{ pages: Number(pages), rounds: Number(rounds), parts: values.parts },
  }
  const found: Measured[] = []
  if (values.only.includes('sqlite')) found.push(await onSqlite(wanted, values.data))
  if (values.only.includes('postgres')) found.push(...(await onPostgres(wanted)))
  printTimes(found)
  printTable(found.flatMap(({ rows }) => rows))
}

interface Measured {
  name: string
  times: PageTimes[]
  rows: Row[]
}

async function onSqlite(wanted: Wanted, data: string | undefined): Promise<Measured> {
  const folder = data ?? mkdtempSync(path.join(tmpdir(), 'sluice-bench-'))
  mkdirSync(folder, { recursive: true })
  try {
    writeFileSync(path.join(folder, 'sluice.yaml'), configuration)
    const plane = knownPlane(folder) ?? (await makeSqlite(folder, wanted))
    const server = await startServer(folder)
    try {
      return await measure('SQLite', { asked: server, leader: server }, plane, wanted)
    } finally {
      await server.kill()
    }
  } finally {
    if (data === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

async function makeSqlite(folder: string, wanted: Wanted): Promise<LargePlane> {
  if (existsSync(path.join(folder, '.sluice'))) throw new Error(`${folder} holds a store that was not made for this`)
  const server = await startServer(folder)
  const plane = await fillPlane(server, sizesOf(wanted))
  await quiet(server.process.pid, everyLoopMs)
  await server.kill()
  print(`${multiplySqliteLog(folder, multiplied(plane, wanted)).toLocaleString('en')} outcomes in SQLite`)
  rememberPlane(folder, plane)
  return plane
}

/** The features that the overview shows first have a past that is known to evidence and drift watch. */
const multiplied = ({ rollouts }: LargePlane, { outcomes }: Wanted) => ({
  wanted: outcomes,
  watched: rollouts.map(({ feature }) => feature),
})

const sizesOf = ({ features, versions }: Wanted) => ({ features, versions, rollouts: Math.min(50, features >> 1) })

/** Two replicas, of which one leads the canaries and the other one only reads. */
async function onPostgres(wanted: Wanted): Promise<Measured[]> {
  await using postgres = await startPostgres({ isDurable: true })
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-bench-'))
  writeFileSync(path.join(folder, 'sluice.yaml'), configuration)
  const start = () => startServer(folder, { DATABASE_URL: postgres.url })
  const servers: BenchServer[] = []
  try {
    const maker = await start()
    servers.push(maker)
    const plane = await fillPlane(maker, sizesOf(wanted))
    await untilWatched(maker, plane)
    await maker.kill()
    print(
      `${(await multiplyPostgresLog(postgres.url, multiplied(plane, wanted))).toLocaleString('en')} outcomes in PostgreSQL`,
    )
    servers.push(await start(), await start())
    const [leader, reader] = await inRoles(servers.slice(-2))
    const found = [await measure('PostgreSQL, leader', { asked: leader, leader }, plane, wanted)]
    return [...found, await measure('PostgreSQL, replica', { asked: reader, leader }, plane, wanted)]
  } finally {
    const runs = ({ process: { exitCode, signalCode } }: BenchServer) => exitCode === null && signalCode === null
    for (const server of servers) if (runs(server)) await server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The one that leads the canaries first. */
async function inRoles(servers: readonly BenchServer[]): Promise<[BenchServer, BenchServer]> {
  for (;;) {
    for (const server of servers) {
      const { leading } = (await server.ask('GET', '/readyz')) as { leading: string[] }
      const other = servers.find((one) => one !== server)
      if (leading.includes('controller') && other) return [server, other]
    }
    await wait(200)
  }
}

interface Asked {
  /** The one that is asked for pages. */
  asked: BenchServer
  leader: BenchServer
}

async function measure(name: string, { asked, leader }: Asked, plane: LargePlane, wanted: Wanted): Promise<Measured> {
  await untilWatched(leader, plane)
  for (const server of new Set([asked, leader])) await quiet(server.process.pid)
  const cookie = await signIn(asked)
  const stop = trickle(leader, plane)
  await wait(3000)
  const isWanted = (part: string) => wanted.parts.includes(part)
  const times = isWanted('times')
    ? await measurePages(
        asked,
        { ...plane, proposals: await proposeRollouts(leader) },
        { rounds: wanted.rounds, cookie },
      )
    : []
  const rows = [await sizeRow(name, asked, cookie)]
  if (isWanted('open')) rows.push(await openRow(name, { asked, plane, cookie, wanted }))
  stop()
  if (isWanted('ingest')) rows.push(await ingestRow(name, { asked, leader }, { plane, cookie, wanted }))
  print(`load of the machine: ${loadavg()[0]?.toFixed(1)}`)
  for (const { what, measured } of rows) print(`${what}: ${measured}`)
  return { name, times, rows }
}

/** Each second something new of each running rollout, so that what pages show changes. Returns what ends it. */
function trickle(server: BenchServer, { rollouts }: LargePlane): () => void {
  const timer = setInterval(() => {
    const outcomes = rollouts.flatMap((rollout) =>
      arrivals({ name: `now-${Date.now()}-${rollout.id}`, count: 2, feature: rollout.feature, rollout }).flat(),
    )
    server.ask('POST', '/v1/outcomes', { outcomes }).catch((error: unknown) => print(String(error)))
  }, 1000)
  return () => clearInterval(timer)
}

async function sizeRow(name: string, server: BenchServer, cookie: string): Promise<Row> {
  const { html, style, script } = await firstPageBytes(server, cookie)
  const all = html + style + script
  const kb = (bytes: number) => (bytes / 1000).toFixed(1)
  return {
    what: `first page with 50 running rollouts (${name})`,
    measured: `${kb(all)} kB: page ${kb(html)}, style ${kb(style)}, script ${kb(script)}`,
    target: '< 100 kB',
    holds: all < 100_000,
  }
}

/** Half of them show the overview, a quarter a rollout, a quarter a feature. */
function openPaths({ features, rollouts }: LargePlane, count: number): string[] {
  const kinds = ['/', '/', `/rollouts/${rollouts[0]?.id}`, `/features/${features[1]?.feature}`]
  return Array.from({ length: count }, (_, index) => kinds[index % kinds.length] ?? '/')
}

interface Pages {
  plane: LargePlane
  cookie: string
  wanted: Wanted
}

const watchedMs = 20_000

async function openRow(name: string, { asked, plane, cookie, wanted }: Pages & { asked: BenchServer }): Promise<Row> {
  const shares: number[] = []
  let told = { updates: 0, contents: 0, bytes: 0 }
  for (let round = 0; round < 3; round += 1) {
    const without = await shareOfCore(asked)
    const open = await openPages({ url: asked.url, cookie, paths: openPaths(plane, wanted.pages) })
    await wait(2000)
    await open.told()
    shares.push((await shareOfCore(asked)) - without)
    told = await open.told()
    await open.close()
  }
  const share = median(shares)
  const perPage = told.updates / wanted.pages / (watchedMs / 1000)
  return {
    what: `${wanted.pages} open pages (${name})`,
    measured: `${(100 * share).toFixed(1)} % of a core at ${perPage.toFixed(2)} updates a second, of which ${Math.round((100 * told.contents) / told.updates)} % were news`,
    target: '< 10 %',
    holds: share < 0.1,
  }
}

async function shareOfCore(server: BenchServer): Promise<number> {
  const [began, before] = [performance.now(), processorMs(server.process.pid)]
  await wait(watchedMs)
  return (processorMs(server.process.pid) - before) / (performance.now() - began)
}

const ingestRounds = 6

/** Outcomes of a running canary, in turn with and without open pages. */
async function ingestRow(name: string, { asked, leader }: Asked, { plane, cookie, wanted }: Pages): Promise<Row> {
  const [rollout] = plane.rollouts
  if (!rollout) throw new Error('no rollout runs')
  // Several seconds: pages are told once a second, or every four seconds where the server is busy.
  const count = 180_000
  const ratios: { rate: number; processor: number }[] = []
  const rates: number[] = []
  const send = async (what: string) => {
    const before = processorMs(leader.process.pid)
    const rate = await sendAll(leader, arrivals({ name: `${what}-${Date.now()}`, count, rollout }))
    const processor = processorMs(leader.process.pid) - before
    await quiet(leader.process.pid)
    return { rate, processor }
  }
  const watched = async () => {
    const open = await openPages({ url: asked.url, cookie, paths: openPaths(plane, wanted.pages) })
    const sent = await send('watched')
    await open.close()
    return sent
  }
  for (let round = 0; round < ingestRounds; round += 1) {
    // In turn the first of the two: a store that was just written to is faster, or slower, whoever looks on.
    const early = round % 2 === 0 ? null : await watched()
    const without = await send('plain')
    const withPages = early ?? (await watched())
    rates.push(without.rate)
    ratios.push({ rate: withPages.rate / without.rate, processor: withPages.processor / without.processor })
  }
  const ratio = median(ratios.map(({ rate }) => rate))
  return {
    what: `outcomes of a canary with ${wanted.pages} open pages, beside without (${name})`,
    measured: `${ratio.toFixed(3)} x the ${Math.round(median(rates))}/s, ${median(ratios.map(({ processor }) => processor)).toFixed(3)} x the processor time`,
    target: '>= 0.95 x',
    holds: ratio >= 0.95,
  }
}

/**
 * A page is judged by the processor time of the thread that answers: the time that passes is that of the other programs of the
 * machine, too.
 */
function printTimes(found: readonly Measured[]): void {
  const columns = found.map(({ name }) => `${name}: processor ms, p50 and p95 (time passed)`)
  console.log(`| page | kB | ${columns.join(' | ')} |\n|---|---|${'---|'.repeat(found.length)}`)
  for (const { address, bytes } of found[0]?.times ?? []) {
    const cells = found.map(({ times }) => {
      const one = times.find((time) => time.address === address)
      if (!one) return ''
      const { ms, processorMs } = one
      return `${processorMs.half.toFixed(1)}, ${processorMs.most.toFixed(1)} (${ms.half.toFixed(0)}, ${ms.most.toFixed(0)})${processorMs.most < 50 ? '' : ' MISSED'}`
    })
    console.log(`| \`${address}\` | ${(bytes / 1000).toFixed(1)} | ${cells.join(' | ')} |`)
  }
}

function print(text: string): void {
  console.error(text)
}
