import { newIdentity } from '../identity.ts'
import { replicaName } from '../lease-store.ts'
import { localLeases } from '../local-leases.ts'
import type { Store } from '../store.ts'
import { storeClock } from '../store-clock.ts'
import { SqliteConnection } from './connection.ts'
import { sqliteContents } from './contents.ts'
import { openControlDatabase } from './database.ts'
import { sqliteEvidence } from './evidence.ts'
import { sqliteForgetting } from './forgetting.ts'
import { sqliteInstances } from './instances.ts'
import { sqliteJudgeQueue } from './judge-queue.ts'
import { sqliteOutcomes } from './outcomes.ts'
import { sqliteProposals } from './proposals.ts'
import { sqliteReleases } from './releases.ts'
import { sqliteTokens } from './tokens.ts'

/**
 * The store of one process, in `<folder>/control.db`. A new one gets an identity of its own.
 * @throws SluiceError `cannot-run` if it is in use by another process, not writable, or written by a newer Sluice.
 */
export async function sqliteStore(folder: string): Promise<Store> {
  const { database, file, identity, unlock } = await openControlDatabase(folder, newIdentity())
  const db = new SqliteConnection(database, file)
  const { lastFence, ...leases } = localLeases(replicaName(), () => performance.now())
  const clock = storeClock()
  return {
    kind: 'sqlite',
    isShared: false,
    logPlace: { file },
    ...identity,
    ...sqliteReleases(db, lastFence),
    ...sqliteTokens(db),
    ...sqliteProposals(db),
    ...sqliteOutcomes(db),
    ...sqliteInstances(db),
    ...leases,
    ...sqliteEvidence(db, lastFence),
    ...sqliteJudgeQueue(db),
    ...sqliteContents(db),
    ...sqliteForgetting(db),
    damaged: () => db.damaged.current(),
    now: clock.now,
    ping: () => db.read(() => void db.first('SELECT 1')),
    async close() {
      await db.close()
      unlock()
    },
  }
}
