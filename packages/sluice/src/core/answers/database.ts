import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { whenFreeSync } from '../../sqlite/lock-wait.ts'
import { openDatabase } from '../../sqlite/open-database.ts'
import { makePrivate } from '../../sqlite/private-folder.ts'
import { storeError } from './store-error.ts'

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

const pragmas = 'PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON'

/** How long one process waits for another, in ms. */
const patienceMs = 30_000

/**
 * Opens `<root>/.sluice/sluice.db`, creating or upgrading it. Safe for several processes at once: readers never wait,
 * writers wait up to 30 s for each other. An answer that was written survives a killed process.
 * @throws SluiceError `cannot-run` when the folder cannot be written or the file belongs to a newer Sluice.
 */
export function openProjectDatabase(root: string): DatabaseSync {
  const folder = path.join(root, '.sluice')
  const file = path.join(folder, 'sluice.db')
  try {
    makePrivate(folder)
    // Where several processes open a new file at once, SQLite refuses all but one of them without the wait.
    return whenFreeSync(() => openDatabase(file, { pragmas, migrations, timeoutMs: patienceMs }), patienceMs)
  } catch (cause) {
    throw storeError(cause, folder)
  }
}
