import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, type TestContext } from 'node:test'
import { memoryStore } from '../../../src/control/store/memory/memory-store.ts'
import { openStore } from '../../../src/control/store/open-store.ts'
import { postgresStore } from '../../../src/control/store/postgres/postgres-store.ts'
import type { Store } from '../../../src/control/store/store.ts'
import { startPostgres } from './postgres.ts'

/** A place where a store outlives its process. */
export interface Place {
  store: Store
  /** Opens it again, or once more. */
  open(): Promise<Store>
  /** Runs SQL on it behind the store's back; tables are named as in SQLite. */
  tamper(sql: string): Promise<void>
}

/** One way to store things, as the contract needs it. */
export interface Implementation {
  name: Store['kind']
  /** A new and empty store, closed after the test. */
  open(context: TestContext): Promise<Store>
  /** Undefined where nothing outlives a close. */
  openPlace?(context: TestContext): Promise<Place>
  /** SQL that makes the store one of a newer Sluice. */
  newerSchema?: string
}

export const memory: Implementation = {
  name: 'memory',
  open: async () => memoryStore(undefined, { now: () => performance.now() }),
}

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-store-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function closing(context: TestContext, store: Store): Store {
  context.after(() => store.close())
  return store
}

async function openFolder(context: TestContext): Promise<Place> {
  const dataDir = temporaryFolder(context)
  const open = async () => closing(context, await openStore({ dataDir }))
  return {
    store: await open(),
    open,
    async tamper(sql) {
      const database = new DatabaseSync(path.join(dataDir, 'control.db'))
      database.exec(sql)
      database.close()
    },
  }
}

export const sqlite: Implementation = {
  name: 'sqlite',
  open: async (context) => (await openFolder(context)).store,
  openPlace: openFolder,
  newerSchema: 'PRAGMA user_version = 999',
}

/** What many calls at once take on a machine whose cores are busy is no failure. */
const patient = { connect: 60_000, statement: 60_000, call: 60_000, ping: 60_000 }

/** One server for all tests of a file, ended after them. */
export async function postgres(): Promise<Implementation> {
  const server = await startPostgres()
  after(() => server[Symbol.asyncDispose]())

  let isIntact = false
  async function openDatabase(context: TestContext): Promise<Place> {
    await (isIntact ? server.empty() : server.clear())
    const open = async () => closing(context, await postgresStore(server.url, { limits: patient }))
    const store = await open()
    isIntact = true
    const tamper = (sql: string) => {
      isIntact = false
      return server.execute(`SET search_path TO sluice; ${sql}`)
    }
    return { store, open, tamper }
  }

  return {
    name: 'postgres',
    open: async (context) => (await openDatabase(context)).store,
    openPlace: openDatabase,
    newerSchema: 'INSERT INTO migrations VALUES (999)',
  }
}
