import { DatabaseSync } from 'node:sqlite'
import { SluiceError } from '../errors.ts'
import { makePrivateFile } from './private-folder.ts'

export interface DatabaseSettings {
  /** Beside the journal mode, which is WAL. */
  pragmas: string
  /** Each entry moves the schema one version up; one that was released is never edited. */
  migrations: readonly string[]
  /** How long a call stands still while others hold the file, in ms; at 0 it fails at once. */
  timeoutMs: number
}

/**
 * Opens a file, which becomes its owner's alone, creating it or moving it up to the last schema: wholly, or not at all.
 * Where others hold the file it fails and changes nothing, so that it can be called again (see `lock-wait`).
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

/** How many of the migrations a file has seen. @throws SluiceError `cannot-run` where there were more than we know */
export function schemaVersion(database: DatabaseSync, migrations: readonly string[]): number {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (version <= migrations.length) return version
  throw new SluiceError('cannot-run', `it was written by a newer sluice (schema ${version}): upgrade sluice`)
}

/** All of `work` is written, or nothing of it. */
export function writeTogether(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    // A full disk has already ended it.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
