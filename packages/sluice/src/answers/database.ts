import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SluiceError } from '../errors.ts'
import { makePrivate, makePrivateFile } from '../sqlite/private-folder.ts'
import { isBusy, storeError } from './store-error.ts'

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
  `CREATE TABLE spending (
     day TEXT NOT NULL,
     command TEXT NOT NULL,
     feature TEXT NOT NULL,
     model TEXT NOT NULL,
     stage TEXT NOT NULL,
     calls INTEGER NOT NULL,
     unpriced_calls INTEGER NOT NULL,
     usd REAL NOT NULL,
     PRIMARY KEY (day, command, feature, model, stage)
   );
   INSERT INTO spending (day, command, feature, model, stage, calls, unpriced_calls, usd)
     SELECT date(created_at / 1000, 'unixepoch'), 'unknown', feature, model, stage, count(*), count(*) - count(usd), total(usd)
     FROM answers GROUP BY 1, 2, 3, 4, 5;
   CREATE TABLE nights (
     feature TEXT NOT NULL,
     night TEXT NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (feature, night)
   );
   CREATE TABLE sentinels (
     feature TEXT NOT NULL,
     version TEXT NOT NULL,
     judge TEXT NOT NULL,
     case_id TEXT NOT NULL,
     record TEXT NOT NULL,
     PRIMARY KEY (feature, version, judge, case_id)
   );
   CREATE TABLE incidents (
     feature TEXT NOT NULL PRIMARY KEY,
     record TEXT NOT NULL
   );
   CREATE TABLE disabled_channels (
     channel TEXT NOT NULL PRIMARY KEY,
     since TEXT NOT NULL
   );`,
  `ALTER TABLE runs ADD COLUMN ended_at INTEGER;
   UPDATE runs SET ended_at = started_at;`,
]

/** How long one process waits for another. */
const patienceMs = 30_000

/**
 * Opens `<root>/.sluice/sluice.db`, creating or upgrading it. Safe for several processes at once: readers never wait,
 * writers wait up to 30 s for each other. An answer that was written survives a killed process.
 * @throws SluiceError `cannot-run` when the folder cannot be written or the file belongs to a newer Sluice.
 */
export function openDatabase(root: string): DatabaseSync {
  const folder = path.join(root, '.sluice')
  try {
    makePrivate(folder)
    const file = path.join(folder, 'sluice.db')
    makePrivateFile(file)
    const database = new DatabaseSync(file, { timeout: patienceMs })
    try {
      writeAhead(database)
      database.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;')
      migrate(database)
      return database
    } catch (cause) {
      database.close()
      throw cause
    }
  } catch (cause) {
    throw storeError(cause, folder)
  }
}

/**
 * Where several processes open a new file at once, SQLite refuses this to all but one of them without the wait it grants
 * everywhere else.
 */
function writeAhead(database: DatabaseSync): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  const end = performance.now() + patienceMs
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (cause) {
      if (!isBusy(cause) || performance.now() > end) throw cause
      Atomics.wait(pause, 0, 0, 5)
    }
  }
}

function migrate(database: DatabaseSync): void {
  if (schemaVersion(database) === migrations.length) return
  writeTogether(database, () => {
    const from = schemaVersion(database)
    if (from > migrations.length) {
      throw new SluiceError('cannot-run', `it was written by a newer sluice (schema ${from}); upgrade sluice`)
    }
    for (const statement of migrations.slice(from)) database.exec(statement)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
  })
}

function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version)
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
