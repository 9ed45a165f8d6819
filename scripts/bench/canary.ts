// What a canary costs: the engine by itself, ingest beside it, the judge, and the way from evidence to the last client.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../../packages/sluice/test/support/store/postgres.ts'
import { benchEngine } from './engine.ts'
import { benchJudging } from './judging.ts'
import { type BenchServer, startServer } from './plane.ts'
import { listenToStreams } from './streams.ts'
import { printTable, quantile, type Row } from './table.ts'
import { arrivals, sendAll, sendToAll, startCanary } from './traffic.ts'

/** Prints one table. `--outcomes n`: how many go through the engine (default 10 million). */
export async function benchCanary(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { outcomes: { type: 'string', default: '10000000' } } })
  const rows: Row[] = []
  const add = (more: Row[]) => {
    for (const row of more) console.error(`${row.what}: ${row.measured}`)
    rows.push(...more)
  }
  add(benchEngine(Number(values.outcomes)))
  add(await withServer((server) => ingest([server], 'SQLite')))
  add(await withReplicas((servers) => ingest(servers, 'PostgreSQL, two replicas')))
  add(await withServer(toTheLastClient))
  add(await benchJudging())
  printTable(rows)
}

async function withServer(work: (server: BenchServer) => Promise<Row[]>): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-bench-'))
  const server = await startServer(folder)
  try {
    return await work(server)
  } finally {
    await server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Two servers on one PostgreSQL of their own, which keeps what it commits. */
async function withReplicas(work: (servers: BenchServer[]) => Promise<Row[]>): Promise<Row[]> {
  await using postgres = await startPostgres({ isDurable: true })
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-bench-'))
  const start = () => startServer(folder, { DATABASE_URL: postgres.url })
  const servers = [await start(), await start()]
  try {
    return await work(servers)
  } finally {
    for (const server of servers) await server.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Outcomes of a canary, which the engine reads as they come, beside outcomes that no rollout wants, in turn. */
async function ingest(servers: readonly BenchServer[], store: string): Promise<Row[]> {
  const [first] = servers as [BenchServer]
  const rollout = await startCanary(first, { percent: 10 })
  const rates = { with: [] as number[], without: [] as number[] }
  for (let round = 0; round < 4; round += 1) {
    rates.without.push(
      await sendToAll(servers, arrivals({ name: `plain-${round}`, count: 20_000, version: rollout.incumbent })),
    )
    rates.with.push(await sendToAll(servers, arrivals({ name: `canary-${round}`, count: 20_000, rollout })))
  }
  const [on, off] = [quantile(rates.with, 0.5), quantile(rates.without, 0.5)]
  return [
    {
      what: `outcomes of a canary durable over HTTP (${store}), batches of 100, each user new, engine on`,
      measured: `${Math.round(on)}/s (${(on / off).toFixed(2)} x the ${Math.round(off)}/s without a rollout)`,
      target: '>= 15,000/s',
      holds: on >= 15_000,
    },
  ]
}

/** From the moment at which the outcomes that decide are sent to the new route at the last of 1,000 connections. */
async function toTheLastClient(server: BenchServer): Promise<Row[]> {
  const delays: number[] = []
  const rounds = 10
  for (let round = 0; round < rounds; round += 1) {
    const rollout = await startCanary(server, { percent: 50, feature: `feature-${round}` })
    const streams = await listenToStreams(server.url, server.token, { count: 1000 })
    await sendAll(server, arrivals({ name: `good-${round}`, count: 2_000, rollout }))
    const arrived = streams.next()
    const sent = performance.now()
    await sendAll(server, arrivals({ name: `bad-${round}`, count: 100, rollout, canaryFails: true }))
    delays.push(Math.max(...(await arrived)) - sent)
    streams.close()
  }
  const worst = Math.max(...delays)
  return [
    {
      what: `evidence to the new route at the last of 1,000 connections, worst of ${rounds}`,
      measured: `${worst.toFixed(0)} ms`,
      target: '<= 1 s',
      holds: worst <= 1000,
    },
  ]
}
