import { DatabaseSync } from 'node:sqlite'
import { SluiceError } from '../../../errors.ts'
import { schemaVersion } from '../../../sqlite/open-database.ts'
import { type RunningRollout, runningIn } from '../open-rollouts.ts'
import { featureStateOf } from '../rows/feature-row.ts'
import { sqliteMigrations } from './migrations.ts'

/** What a database file contains that no server has open. */
export interface Examined {
  revision: number
  rollouts: RunningRollout[]
}

/**
 * Reads a whole database and checks that it is an undamaged store, and not of a newer Sluice.
 * @throws SluiceError `cannot-run` if a check fails
 */
export function examine(file: string): Examined {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const faults = database.prepare('PRAGMA integrity_check(1)').get()
    if (faults?.integrity_check !== 'ok')
      throw new SluiceError('cannot-run', `it is damaged: ${faults?.integrity_check}`)
    schemaVersion(database, sqliteMigrations)
    const isStore = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'store'").get() !== undefined
    const row = isStore ? database.prepare('SELECT revision FROM store').get() : undefined
    if (!row) throw new SluiceError('cannot-run', 'it holds no state of a control plane')
    const features = database.prepare('SELECT document FROM features ORDER BY feature').all()
    return {
      revision: Number(row.revision),
      rollouts: runningIn(features.map(({ document }) => featureStateOf(document))),
    }
  } finally {
    database.close()
  }
}
