import { SluiceError } from '../../errors.ts'
import { endRollouts, type RunningRollout } from './open-rollouts.ts'
import { openStore, type StorePlace } from './open-store.ts'
import { type Backup, backUp } from './sqlite/backup.ts'
import { restoreSqlite } from './sqlite/restore.ts'

/**
 * Copies the store of SQLite to a file; see `backUp`.
 * @throws SluiceError `invalid-input` where the store is in PostgreSQL, whose own tools do that
 */
export function backUpStore({ dataDir, databaseUrl }: StorePlace, to: string): Backup {
  if (databaseUrl)
    throw new SluiceError(
      'invalid-input',
      'the state lies in PostgreSQL (DATABASE_URL): pg_dump "$DATABASE_URL" --schema=sluice --format=custom --file=FILE; after pg_restore, run sluice restore',
    )
  return backUp(dataDir, to)
}

export interface RestoredStore {
  /** Of the state that counts from now on. */
  revision: number
  /** Rollouts that were running then: they are ended. */
  rollouts: RunningRollout[]
  /** Where the replaced database was put. */
  replaced?: string | undefined
}

/**
 * Lets a state that was put back count, with the servers stopped: in SQLite the file `from`, in PostgreSQL what pg_restore or a
 * recovery has left in the database.
 * @throws SluiceError `invalid-input`: a file for PostgreSQL, none for SQLite; `cannot-run`: see `restore` and `renewEpoch`.
 */
export async function restoreStore(
  { dataDir, databaseUrl }: StorePlace,
  { from, now }: { from: string | undefined; now: number },
): Promise<RestoredStore> {
  if (databaseUrl) {
    if (from !== undefined)
      throw new SluiceError(
        'invalid-input',
        'the state lies in PostgreSQL (DATABASE_URL): put it back with pg_restore, then run sluice restore without --from',
      )
    const { renewEpoch } = await import('./postgres/renew-epoch.ts')
    const { revision, rollouts } = await renewEpoch(databaseUrl)
    if (rollouts.length === 0) return { revision, rollouts }
    const store = await openStore({ dataDir, databaseUrl })
    try {
      await endRollouts(store, rollouts, now)
      return { revision: await store.revision(), rollouts }
    } finally {
      await store.close()
    }
  }
  if (from === undefined)
    throw new SluiceError('invalid-input', '--from FILE is missing: what sluice backup has written')
  return await restoreSqlite(dataDir, from, now)
}
