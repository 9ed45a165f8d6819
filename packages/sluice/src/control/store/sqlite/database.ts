import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { errorMessage, SluiceError } from '../../../errors.ts'
import { whenFree } from '../../../sqlite/lock-wait.ts'
import { openDatabase } from '../../../sqlite/open-database.ts'
import { makePrivate, makePrivateFile } from '../../../sqlite/private-folder.ts'
import type { StoreIdentity } from '../identity.ts'
import { storeIdentityOf } from '../rows/store-row.ts'
import { sqliteMigrations } from './migrations.ts'
import { sqliteError } from './sqlite-error.ts'

export interface ControlDatabase {
  database: DatabaseSync
  file: string
  identity: StoreIdentity
  /** Lets another process open the store. */
  unlock(): void
}

/** The write-ahead log may grow to 64 MB, so that a page that changes often is written to the file less often. */
const checkpointPages = 16_000
/** Rows of users are spread over their whole table. With a much smaller cache each one is read from the file again. */
const cacheKib = 32_768
const pragmas = `PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
  PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA cache_size = -${cacheKib}`

/** A new process waits this long for the old one to end. */
const handOver = { attempts: 30, everyMs: 100 }

/**
 * Opens `<folder>/control.db`; creates or upgrades it if necessary. A transaction is on the disk when COMMIT returns,
 * and deleted data is overwritten. Only one process can open it: `control.lock` is held until `unlock` or the end of
 * the process. A new store gets the identity `fresh`.
 * @throws SluiceError `cannot-run` if it is in use, not writable, or written by a newer Sluice.
 */
export async function openControlDatabase(
  folder: string,
  fresh: StoreIdentity,
  { attempts, everyMs } = handOver,
): Promise<ControlDatabase> {
  const file = path.join(folder, 'control.db')
  try {
    const unlock = await lockFolder(folder, { attempts, everyMs })
    try {
      return { ...(await openFile(file, fresh)), file, unlock }
    } catch (cause) {
      unlock()
      throw cause
    }
  } catch (cause) {
    const reason = errorMessage(cause)
    throw new SluiceError('cannot-run', `the store ${file} cannot be opened: ${reason}`, { cause })
  }
}

/**
 * Makes the folder private and locks it, until the returned function is called or the process ends.
 * @throws SluiceError `cannot-run` if another process has locked it
 */
export async function lockFolder(folder: string, { attempts, everyMs } = handOver): Promise<() => void> {
  makePrivate(folder, ownFiles)
  const file = path.join(folder, 'control.lock')
  makePrivateFile(file)
  return await lock(file, attempts, everyMs)
}

/** Waits, without blocking the event loop, for another program that has locked the database, e.g. a shell. */
async function openFile(file: string, fresh: StoreIdentity): Promise<Pick<ControlDatabase, 'database' | 'identity'>> {
  const database = await whenFree(() => openDatabase(file, { pragmas, migrations: sqliteMigrations, timeoutMs: 0 }))
  try {
    return { database, identity: await whenFree(() => identityOf(database, fresh)) }
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** The files that must be private. SQLite gives new ones the mode of the database, but older ones may have another. */
const ownFiles = ['control.db', 'control.db-wal', 'control.db-shm', 'control.lock']

/** Holds an exclusive transaction on a separate file. The system ends it with the process, even after a crash. */
async function lock(file: string, attempts: number, everyMs: number): Promise<() => void> {
  const database = new DatabaseSync(file, { timeout: 0 })
  for (let attempt = 1; ; attempt += 1) {
    try {
      database.exec('BEGIN EXCLUSIVE')
      return () => database.isOpen && database.close()
    } catch (cause) {
      const isInUse = sqliteError(cause, file).fault === 'busy'
      if (isInUse && attempt < attempts) await wait(everyMs)
      else {
        database.close()
        throw isInUse ? new SluiceError('cannot-run', inUse, { cause }) : cause
      }
    }
  }
}

const inUse = 'another process uses it. Stop that process, or let servers share a PostgreSQL database (DATABASE_URL)'

/** The stored identity; a new store gets `fresh`. */
function identityOf(database: DatabaseSync, fresh: StoreIdentity): StoreIdentity {
  database
    .prepare('INSERT INTO store (one, epoch, secret, revision, log_seq) VALUES (1, ?, ?, 0, 0) ON CONFLICT DO NOTHING')
    .run(fresh.epoch, fresh.secret)
  return storeIdentityOf(database.prepare('SELECT epoch, secret FROM store').get())
}
