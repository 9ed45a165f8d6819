import { SluiceError } from '../../errors.ts'
import { sqliteStore } from './sqlite/sqlite-store.ts'
import type { Store } from './store.ts'

export interface StorePlace {
  /** Folder of the SQLite file, made if it is not there. Not used where there is a `databaseUrl`. */
  dataDir: string
  /** `postgres://…`, as in DATABASE_URL. */
  databaseUrl?: string | undefined
}

/**
 * Opens the store of a control plane, creating or upgrading it.
 * @throws SluiceError `invalid-input` for another kind of database; `cannot-run`: not reachable or writable, in use by
 *   another process (SQLite), or written by a newer Sluice.
 */
export async function openStore({ dataDir, databaseUrl }: StorePlace): Promise<Store> {
  if (!databaseUrl) return await sqliteStore(dataDir)
  refuseOtherDatabase(databaseUrl)
  const { postgresStore } = await import('./postgres/postgres-store.ts')
  return await postgresStore(databaseUrl)
}

function refuseOtherDatabase(databaseUrl: string): void {
  if (!/^postgres(?:ql)?:\/\//.test(databaseUrl))
    throw new SluiceError('invalid-input', 'DATABASE_URL must begin with postgres:// (without it, SQLite is used)')
}
