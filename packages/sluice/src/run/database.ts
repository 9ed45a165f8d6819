import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SluiceError } from '../errors.ts'

/** Each entry moves the schema one version up; never edit one that was released, append another. */
const migrations = [
  `CREATE TABLE answers (
     key TEXT NOT NULL PRIMARY KEY,
     model TEXT NOT NULL,
     stage TEXT NOT NULL,
     feature TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     usd REAL,
     completion TEXT NOT NULL
   );
   CREATE INDEX answers_by_age ON answers (created_at);
   CREATE TABLE runs (
     id TEXT NOT NULL PRIMARY KEY,
     command TEXT NOT NULL,
     started_at INTEGER NOT NULL
   );
   CREATE TABLE results (
     run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
     feature TEXT NOT NULL,
     arm TEXT NOT NULL,
     position INTEGER NOT NULL,
     repeat INTEGER NOT NULL,
     detail TEXT NOT NULL,
     PRIMARY KEY (run_id, feature, position, arm, repeat)
   );`,
]

/**
 * Opens `<root>/.sluice/sluice.db`, creating or upgrading it. Safe for several processes at once: readers never wait,
 * writers wait up to 30 s for each other. An answer that was written survives a killed process.
 * @throws SluiceError `cannot-run` when the folder cannot be written or the file belongs to a newer Sluice.
 */
export function openDatabase(root: string): DatabaseSync {
  const folder = path.join(root, '.sluice')
  try {
    mkdirSync(folder, { recursive: true })
    keepOutOfGit(folder)
    const database = new DatabaseSync(path.join(folder, 'sluice.db'), { timeout: 30_000 })
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;')
    migrate(database)
    return database
  } catch (cause) {
    throw storeError(cause, folder)
  }
}

/** What is stored is this machine's: paid answers, and whatever text the cases hold. */
function keepOutOfGit(folder: string): void {
  const file = path.join(folder, '.gitignore')
  if (!existsSync(file)) writeFileSync(file, '*\n')
}

function migrate(database: DatabaseSync): void {
  if (schemaVersion(database) === migrations.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    const from = schemaVersion(database)
    if (from > migrations.length) {
      throw new SluiceError('cannot-run', `it was written by a newer sluice (schema ${from}); upgrade sluice`)
    }
    for (const statement of migrations.slice(from)) database.exec(statement)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version)
}

/** Turns a failure of the store into an error that says where and what to do. */
export function storeError(cause: unknown, folder = '.sluice'): SluiceError {
  if (cause instanceof SluiceError && cause.message.startsWith('the store ')) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SluiceError(
    'cannot-run',
    `the store ${folder} cannot be used: ${reason}. Answers must be kept before they are paid for: free some space, or make the folder writable.`,
    { cause },
  )
}
