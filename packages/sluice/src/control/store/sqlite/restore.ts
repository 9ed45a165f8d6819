import { copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { errorMessage, SluiceError } from '../../../errors.ts'
import { makePrivateFile } from '../../../sqlite/private-folder.ts'
import { newIdentity } from '../identity.ts'
import { endRollouts } from '../open-rollouts.ts'
import { sync } from './backup.ts'
import { lockFolder } from './database.ts'
import { type Examined, examine } from './examine.ts'
import { sqliteStore } from './sqlite-store.ts'

export interface Restored extends Examined {
  /** Where the previous database is now; undefined if there was none. */
  replaced: string | undefined
}

/**
 * Replaces `<folder>/control.db` by the copy `from` and gives it a new epoch. From it applications know that its lower
 * revisions are valid. Rollouts that run in the copy are ended. The previous database is kept beside it. If anything
 * fails, nothing changes.
 * @throws SluiceError `cannot-run` if `from` is not an undamaged store, or a server has the folder open.
 */
export async function restoreSqlite(folder: string, from: string, now: number): Promise<Restored> {
  const file = path.join(folder, 'control.db')
  try {
    if (!existsSync(from)) throw new SluiceError('cannot-run', 'there is no such file: check --from')
    const unlock = await lockFolder(folder, { attempts: 5, everyMs: 100 })
    const workshop = path.join(folder, 'restoring')
    const fresh = path.join(workshop, 'control.db')
    try {
      rmSync(workshop, { recursive: true, force: true })
      mkdirSync(workshop, { mode: 0o700 })
      makePrivateFile(fresh)
      copyFileSync(from, fresh)
      // The last commits of a file that was copied by hand may be in the write-ahead log beside it.
      if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${fresh}-wal`)
      renewEpoch(fresh)
      const examined = examine(fresh)
      const revision = examined.rollouts.length > 0 ? await ending(workshop, examined, now) : examined.revision
      sync(fresh)
      const stamp = `${new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')}Z`
      const replaced = existsSync(file) ? putAside(file, `${file}.replaced-${stamp}`) : undefined
      renameSync(fresh, file)
      sync(folder)
      return { ...examined, revision, replaced }
    } finally {
      rmSync(workshop, { recursive: true, force: true })
      unlock()
    }
  } catch (cause) {
    const reason = errorMessage(cause)
    throw new SluiceError('cannot-run', `${from} was not restored to ${file}: ${reason}`, { cause })
  }
}

/** Ends the running rollouts. Returns the revision afterwards. */
async function ending(folder: string, { rollouts }: Examined, now: number): Promise<number> {
  const store = await sqliteStore(folder)
  try {
    await endRollouts(store, rollouts, now)
    return await store.revision()
  } finally {
    await store.close()
  }
}

/** Gives the database a new epoch. Afterwards it is one file without a write-ahead log. */
function renewEpoch(file: string): void {
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA journal_mode = DELETE')
    database.prepare('UPDATE store SET epoch = ?').run(newIdentity().epoch)
  } finally {
    database.close()
  }
}

/** Copies the database, with all that is committed, to another name. The original keeps its name meanwhile. */
function putAside(file: string, aside: string): string {
  emptyLog(file)
  for (const suffix of ['-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
  linkSync(file, aside)
  return aside
}

/** Moves the write-ahead log into the file. A damaged database is left as it is. */
function emptyLog(file: string): void {
  try {
    const database = new DatabaseSync(file)
    try {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } finally {
      database.close()
    }
  } catch {
    // The write-ahead log is then kept beside it.
  }
}
