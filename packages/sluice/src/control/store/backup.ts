import { SluiceError } from '../../errors.ts'
import { endRollouts, type RunningRollout } from './open-rollouts.ts'
import { openStore, type StorePlace } from './open-store.ts'
import { type Backup, backUp } from './sqlite/backup.ts'
import { restoreSqlite } from './sqlite/restore.ts'

/**
 * Copies the SQLite store to a file; see `backUp`.
 * @throws SluiceError `invalid-input` if the store is in PostgreSQL, which has its own tools for that
 */
export function backUpStore({ dataDir, databaseUrl }: StorePlace, to: string): Backup {
  if (databaseUrl)
    throw new SluiceError(
      'invalid-input',
      'the state is in PostgreSQL (DATABASE_URL): use pg_dump "$DATABASE_URL" --schema=sluice --format=custom --file=FILE; after pg_restore, run sluice restore',
    )
  return backUp(dataDir, to)
}

export interface RestoredStore {
  /** The revision of the restored state. */
  revision: number
  /** The rollouts that were running in it. They are ended. */
  rollouts: RunningRollout[]
  /** Where the replaced database is now. */
  replaced?: string | undefined
}

/**
 * Restores an older state; the servers must be stopped. For SQLite it is the file `from`, for PostgreSQL what
 * pg_restore or a recovery has left in the database.
 * @throws SluiceError `invalid-input`: `from` is given for PostgreSQL or missing for SQLite; `cannot-run`: see
 *   `restoreSqlite` and `renewEpoch`.
 */
export async function restoreStore(
  { dataDir, databaseUrl }: StorePlace,
  { from, now }: { from: string | undefined; now: number },
): Promise<RestoredStore> {
  if (databaseUrl) {
    if (from !== undefined)
      throw new SluiceError(
        'invalid-input',
        'the state is in PostgreSQL (DATABASE_URL): restore it with pg_restore, then run sluice restore without --from',
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
    throw new SluiceError('invalid-input', '--from FILE is missing: name a file that sluice backup has written')
  return await restoreSqlite(dataDir, from, now)
}
