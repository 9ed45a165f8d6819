import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { whenFreeSync } from '../../sqlite/lock-wait.ts'
import { openDatabase } from '../../sqlite/open-database.ts'
import { makePrivate } from '../../sqlite/private-folder.ts'
import { storeError } from './database-error.ts'
import { projectMigrations } from './migrations.ts'

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
    return whenFreeSync(
      () => openDatabase(file, { pragmas, migrations: projectMigrations, timeoutMs: patienceMs }),
      patienceMs,
    )
  } catch (cause) {
    throw storeError(cause, folder)
  }
}
