import { copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SluiceError } from '../../../errors.ts'
import { makePrivateFile } from '../../../sqlite/private-folder.ts'
import { newIdentity } from '../identity.ts'
import { endRollouts } from '../open-rollouts.ts'
import { sync } from './backup.ts'
import { lockFolder } from './database.ts'
import { type Examined, examine } from './examine.ts'
import { sqliteStore } from './sqlite-store.ts'

export interface Restored extends Examined {
  /** Where the database is that was in use before; undefined where there was none. */
  replaced: string | undefined
}

/**
 * Puts the copy of a store, `from`, in the place of `<folder>/control.db` and gives it a new epoch, by which applications know
 * that its older revisions count. Rollouts that run in it are ended. What was there is kept beside it. Nothing changes where it fails.
 * @throws SluiceError `cannot-run`: `from` is no store that is whole, or a server has the folder open.
 */
export async function restoreSqlite(folder: string, from: string, now: number): Promise<Restored> {
  const file = path.join(folder, 'control.db')
  try {
    if (!existsSync(from)) throw new SluiceError('cannot-run', 'there is no such file')
    const unlock = await lockFolder(folder, { attempts: 5, everyMs: 100 })
    const workshop = path.join(folder, 'restoring')
    const fresh = path.join(workshop, 'control.db')
    try {
      rmSync(workshop, { recursive: true, force: true })
      mkdirSync(workshop, { mode: 0o700 })
      makePrivateFile(fresh)
      copyFileSync(from, fresh)
      // What was committed last may lie beside a file that was copied by hand.
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
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SluiceError('cannot-run', `${from} was not restored to ${file}: ${reason}`, { cause })
  }
}

/** The revision afterwards. */
async function ending(folder: string, { rollouts }: Examined, now: number): Promise<number> {
  const store = await sqliteStore(folder)
  try {
    await endRollouts(store, rollouts, now)
    return await store.revision()
  } finally {
    await store.close()
  }
}

/** In one file afterwards, whose log is empty. */
function renewEpoch(file: string): void {
  const database = new DatabaseSync(file)
  try {
    database.exec('PRAGMA journal_mode = DELETE')
    database.prepare('UPDATE store SET epoch = ?').run(newIdentity().epoch)
  } finally {
    database.close()
  }
}

/** Under another name with all that is committed; in the meantime it stays under its own. */
function putAside(file: string, aside: string): string {
  emptyLog(file)
  for (const suffix of ['-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
  linkSync(file, aside)
  return aside
}

/** One that is damaged is put aside as it is. */
function emptyLog(file: string): void {
  try {
    const database = new DatabaseSync(file)
    try {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } finally {
      database.close()
    }
  } catch {
    // Its log goes with it.
  }
}
