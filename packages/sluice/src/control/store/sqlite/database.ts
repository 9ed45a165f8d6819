import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { SluiceError } from '../../../errors.ts'
import { whenFree } from '../../../sqlite/lock-wait.ts'
import { openDatabase } from '../../../sqlite/open-database.ts'
import { makePrivate, makePrivateFile } from '../../../sqlite/private-folder.ts'
import type { StoreIdentity } from '../identity.ts'
import { sqliteMigrations } from './migrations.ts'
import { sqliteError } from './sqlite-error.ts'

export interface ControlDatabase {
  database: DatabaseSync
  file: string
  identity: StoreIdentity
  /** Lets another process have the store. */
  unlock(): void
}

/** The write-ahead log grows to 64 MB: a page that changes often is moved into the file less often. */
const checkpointPages = 16_000
/** Users are remembered all over their table: with much less each of them is read from the file anew. */
const cacheKib = 32_768
const pragmas = `PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
  PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA cache_size = -${cacheKib}`

/** A process that starts waits for the one that ends. */
const handOver = { attempts: 30, everyMs: 100 }

/**
 * Opens `<folder>/control.db`, creating or upgrading it. A transaction is on the disk when COMMIT returns, and what is
 * deleted is overwritten. One process at a time: `control.lock` is held until `unlock` or the end of the process.
 * A new store becomes `fresh`.
 * @throws SluiceError `cannot-run`: in use, of a newer Sluice, or not writable.
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
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SluiceError('cannot-run', `the store ${file} cannot be opened: ${reason}`, { cause })
  }
}

/**
 * Makes the folder private and takes it, until the function that it returns is called or the process ends.
 * @throws SluiceError `cannot-run` where another process has it
 */
export async function lockFolder(folder: string, { attempts, everyMs } = handOver): Promise<() => void> {
  makePrivate(folder, ownFiles)
  const file = path.join(folder, 'control.lock')
  makePrivateFile(file)
  return await lock(file, attempts, everyMs)
}

/** Somebody who holds the database, e.g. a shell, is waited for without standing still. */
async function openFile(file: string, fresh: StoreIdentity): Promise<Pick<ControlDatabase, 'database' | 'identity'>> {
  const database = await whenFree(() => openDatabase(file, { pragmas, migrations: sqliteMigrations, timeoutMs: 0 }))
  try {
    return { database, identity: await whenFree(() => identityOf(database, fresh)) }
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** SQLite gives the files beside a database the mode of the database; older ones may have another. */
const ownFiles = ['control.db', 'control.db-wal', 'control.db-shm', 'control.lock']

/** An exclusive transaction on a file of its own: the system ends it with the process, however that ends. */
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

const inUse = 'another process uses it. Stop that one, or let servers share a PostgreSQL database (DATABASE_URL)'

/** What the store was given when it was made: `fresh` the first time. */
function identityOf(database: DatabaseSync, fresh: StoreIdentity): StoreIdentity {
  database
    .prepare('INSERT INTO store (one, epoch, secret, revision, log_seq) VALUES (1, ?, ?, 0, 0) ON CONFLICT DO NOTHING')
    .run(fresh.epoch, fresh.secret)
  const row = database.prepare('SELECT epoch, secret FROM store').get()
  return { epoch: String(row?.epoch), secret: String(row?.secret) }
}
