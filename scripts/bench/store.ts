import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStore } from '../../packages/sluice/src/control/store/open-store.ts'
import type { Store } from '../../packages/sluice/src/control/store/store.ts'
import type { RequestEntry } from '../../packages/sluice/src/records/outcome.ts'
import { median } from './measure.ts'

const batch = 100
const batchesPerRound = 50
const rounds = 12
/** Clients that have a batch under way at the same time. */
const clients = 8

interface StoreSpeed {
  /** Entries a second, each the median of the rounds. */
  rawInsert: number
  append: number
  /** One batch after the other, each waited for. */
  appendOneByOne: number
  /** Read back in pages of 1,000, as the controller does. */
  readLog: number
  /** The size of an entry as JSON, in bytes. */
  entryBytes: number
}

/** Prints what it measures. */
export async function benchStore(): Promise<void> {
  const { rawInsert, append, appendOneByOne, readLog, entryBytes } = await measureStore()
  const perSecond = (rate: number) => `${(rate / 1000).toFixed(1)}k/s`
  console.log(`store, entries of ${entryBytes} bytes in batches of ${batch}, durable:`)
  console.log(`  raw node:sqlite insert ${perSecond(rawInsert)}`)
  console.log(
    `  append from ${clients} clients ${perSecond(append)} = ${(append / rawInsert).toFixed(2)} x raw (target 15k/s)`,
  )
  console.log(`  append one batch after the other ${perSecond(appendOneByOne)}; read back ${perSecond(readLog)}`)
}

/**
 * How fast entries become durable through a store, in batches of 100, beside bare INSERTs of the same JSON into a table
 * with a unique id by the same SQLite settings. The rounds alternate, so that load from elsewhere meets both alike.
 */
async function measureStore(): Promise<StoreSpeed> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-bench-'))
  const store = await openStore({ dataDir: folder })
  const raw = rawTable(path.join(folder, 'raw.db'))
  const speeds = {
    rawInsert: [] as number[],
    append: [] as number[],
    appendOneByOne: [] as number[],
    readLog: [] as number[],
  }
  try {
    for (let round = 0; round < rounds; round += 1) {
      speeds.rawInsert.push(
        await perSecond(async () => {
          for (const entries of batchesOf(`raw-${round}`)) raw.insert(entries)
        }),
      )
      const after = 2 * batch * batchesPerRound * round
      speeds.append.push(await perSecond(() => appendAll(store, batchesOf(`many-${round}`), clients)))
      speeds.appendOneByOne.push(await perSecond(() => appendAll(store, batchesOf(`one-${round}`), 1)))
      speeds.readLog.push(2 * (await perSecond(() => readFrom(store, after))))
    }
  } finally {
    raw.close()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    rawInsert: median(speeds.rawInsert),
    append: median(speeds.append),
    appendOneByOne: median(speeds.appendOneByOne),
    readLog: median(speeds.readLog),
    entryBytes: Buffer.byteLength(JSON.stringify(entry(idOf('')))),
  }
}

function rawTable(file: string) {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE raw (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, entry TEXT NOT NULL)')
  const insert = database.prepare('INSERT INTO raw (id, entry) VALUES (?, ?)')
  return {
    insert(entries: readonly RequestEntry[]) {
      database.exec('BEGIN IMMEDIATE')
      for (const one of entries) insert.run(one.id, JSON.stringify(one))
      database.exec('COMMIT')
    },
    close: () => database.close(),
  }
}

/** For a piece of work of one round's entries. */
async function perSecond(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return (batch * batchesPerRound) / ((performance.now() - started) / 1000)
}

async function appendAll(store: Store, batches: RequestEntry[][], atOnce: number): Promise<void> {
  const client = async () => {
    for (let next = batches.pop(); next; next = batches.pop()) await store.append(next)
  }
  await Promise.all(Array.from({ length: atOnce }, client))
}

async function readFrom(store: Store, from: number): Promise<void> {
  for (let after = from; ; ) {
    const page = await store.readLog({ after, limit: 1000 })
    const last = page.at(-1)
    if (!last) return
    after = last.seq
  }
}

function batchesOf(prefix: string): RequestEntry[][] {
  return Array.from({ length: batchesPerRound }, (_, index) =>
    Array.from({ length: batch }, (_, place) => entry(idOf(`${prefix}-${index * batch + place}`))),
  )
}

/** As long and as spread as the random ids of real outcomes. */
const idOf = (name: string) => createHash('sha256').update(name).digest('hex').slice(0, 32)

/** A request of a canary. */
function entry(id: string): RequestEntry {
  return {
    kind: 'request',
    id,
    feature: 'email-summary',
    version: '0123456789ab',
    rolloutId: 'r-01',
    arm: 'incumbent',
    stage: 1,
    unit: 'f3a9c1d2e4b50718',
    position: 512_345,
    observedAt: 1_767_225_600_000,
    receivedAt: 1_767_225_600_250,
    latencyMs: 812.5,
    costUsd: 0.00123,
    inputTokens: 900,
    outputTokens: 120,
    error: null,
    refusal: false,
    invalid: false,
    outputChars: 480,
    servedModel: null,
    fingerprint: null,
  }
}
