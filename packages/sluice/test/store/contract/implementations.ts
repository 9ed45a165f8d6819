import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, type TestContext } from 'node:test'
import { memoryStore } from '../../../src/store/memory/memory-store.ts'
import { openStore } from '../../../src/store/open-store.ts'
import { postgresStore } from '../../../src/store/postgres/postgres-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { startPostgres } from '../../support/postgres.ts'

/** One way to store things, as the contract needs it. */
export interface Implementation {
  name: Store['kind']
  /** A new and empty store, closed after the test. */
  open(context: TestContext): Promise<Store>
  /** The same, with how to open the store again once it is closed; undefined where nothing outlives a close. */
  openPlace?(context: TestContext): Promise<{ store: Store; reopen(): Promise<Store> }>
  /** Several stores on one database. */
  openTwo?(context: TestContext): Promise<[Store, Store]>
}

export const memory: Implementation = { name: 'memory', open: async () => memoryStore() }

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-store-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function closing(context: TestContext, store: Store): Store {
  context.after(() => store.close())
  return store
}

async function openPlace(context: TestContext) {
  const dataDir = temporaryFolder(context)
  const reopen = async () => closing(context, await openStore({ dataDir }))
  return { store: await reopen(), reopen }
}

export const sqlite: Implementation = {
  name: 'sqlite',
  open: async (context) => (await openPlace(context)).store,
  openPlace,
}

/** One server for all tests of a file, ended after them. */
export async function postgres(): Promise<Implementation> {
  const server = await startPostgres()
  after(() => server[Symbol.asyncDispose]())
  const openAt = async (context: TestContext, databaseUrl: string) =>
    closing(context, await openStore({ dataDir: '', databaseUrl }))
  return {
    name: 'postgres',
    open: async (context) => openAt(context, await server.database()),
    async openPlace(context) {
      const url = await server.database()
      return { store: await openAt(context, url), reopen: () => openAt(context, url) }
    },
    async openTwo(context) {
      const url = await server.database()
      // Without the poll it must be the notification that tells.
      const open = async () => closing(context, await postgresStore(url, { pollMs: 600_000 }))
      return Promise.all([open(), open()])
    },
  }
}
