import { DatabaseSync } from 'node:sqlite'
import { requireKnownSchema } from '../errors.ts'
import { makePrivateFile } from './private-folder.ts'

export interface DatabaseSettings {
  /** Pragmas besides the journal mode, which is WAL. */
  pragmas: string
  /** Each entry moves the schema one version up; one that was released is never edited. */
  migrations: readonly string[]
  /** How long a call blocks while others hold a lock, in ms; at 0 it fails at once. */
  timeoutMs: number
}

/**
 * Opens a file, creates it where it is missing, and moves it up to the last schema wholly or not at all. Only its owner
 * may read it then. Where others hold a lock it fails and changes nothing, so that it can be called again (see
 * `lock-wait`).
 * @throws SluiceError `cannot-run` for the file of a newer Sluice
 */
export function openDatabase(file: string, { pragmas, migrations, timeoutMs }: DatabaseSettings): DatabaseSync {
  makePrivateFile(file)
  const database = new DatabaseSync(file, { timeout: timeoutMs })
  try {
    database.exec(`PRAGMA journal_mode = WAL; ${pragmas}`)
    migrate(database, migrations)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  if (schemaVersion(database, migrations) === migrations.length) return
  writeTogether(database, () => {
    // Another process may have been faster.
    for (const statements of migrations.slice(schemaVersion(database, migrations))) database.exec(statements)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
  })
}

/** How many of the migrations were applied to a file. @throws SluiceError `cannot-run` where it has more than these */
export function schemaVersion(database: DatabaseSync, migrations: readonly string[]): number {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  requireKnownSchema(version, migrations.length)
  return version
}

/** Runs `work` in one transaction: all of it is written, or nothing. */
export function writeTogether(database: Pick<DatabaseSync, 'exec' | 'isTransaction'>, work: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    // After a full disk, SQLite has already ended the transaction.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
