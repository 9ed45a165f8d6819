import { SluiceError } from '../../errors.ts'
import { sqliteStore } from './sqlite/sqlite-store.ts'
import type { Store } from './store.ts'

export interface StorePlace {
  /** Folder of the SQLite file; created if it does not exist. Not used if there is a `databaseUrl`. */
  dataDir: string
  /** `postgres://…`, the value of DATABASE_URL. */
  databaseUrl?: string | undefined
}

/**
 * Opens the store of a control plane; creates or upgrades it if necessary.
 * @throws SluiceError `invalid-input` for another kind of database; `cannot-run` if the store is not reachable, not
 *   writable, in use by another process (SQLite), or written by a newer Sluice.
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
