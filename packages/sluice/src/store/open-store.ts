import { sqliteStore } from './sqlite/sqlite-store.ts'
import type { Store } from './store.ts'

export interface StorePlace {
  /** Folder of the SQLite file, made if it is not there. */
  dataDir: string
}

/**
 * Opens the store of a control plane, creating or upgrading it.
 * @throws SluiceError `cannot-run`: not reachable or writable, or written by a newer Sluice.
 */
export async function openStore({ dataDir }: StorePlace): Promise<Store> {
  return sqliteStore(dataDir)
}
