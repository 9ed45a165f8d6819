import { newIdentity, type StoreIdentity } from '../identity.ts'
import { type Signal, signal } from '../signal.ts'
import type { Store } from '../store.ts'
import { AppendQueue } from './append-queue.ts'
import { Connection } from './connection.ts'
import { postgresContents } from './contents.ts'
import { prepareDatabase } from './database.ts'
import { postgresEvidence } from './evidence.ts'
import { postgresInstances } from './instances.ts'
import { postgresJudgeQueue } from './judge-queue.ts'
import { postgresLeases } from './leases.ts'
import { insertRows, postgresOutcomes } from './outcomes.ts'
import { postgresReleases } from './releases.ts'
import { Session, type SessionEvents } from './session.ts'
import { postgresTokens } from './tokens.ts'

/**
 * A store that several replicas share, in the schema `sluice` of a PostgreSQL database. Others' changes are heard at
 * once; `pollMs` (default 1000) after them at the latest, also when a connection has silently died.
 * @throws SluiceError `cannot-run`: not reachable, not allowed, or written by a newer Sluice.
 */
export async function postgresStore(
  databaseUrl: string,
  { fresh = newIdentity(), pollMs = 1000 }: { fresh?: StoreIdentity; pollMs?: number } = {},
): Promise<Store> {
  const db = new Connection(databaseUrl, placeOf(databaseUrl))
  const identity = await prepareDatabase(db, fresh).catch(async (cause) => {
    await db.close()
    throw cause
  })
  const signals = { changes: signal<number>(), appends: signal<void>(), acknowledged: signal<void>() }
  const queue = new AppendQueue((rows) => insertRows(db, rows))
  const session = new Session(databaseUrl, pollMs, relay(signals))
  await session.ready
  return {
    kind: 'postgres',
    ...identity,
    ...postgresReleases(db, signals.changes),
    ...postgresTokens(db),
    ...postgresOutcomes(db, queue, signals.appends),
    ...postgresInstances(db, signals.acknowledged),
    ...postgresEvidence(db),
    ...postgresJudgeQueue(db),
    ...postgresContents(db),
    async ping() {
      await db.query('SELECT 1')
    },
    lead: postgresLeases(session),
    async close() {
      await queue.idle()
      await Promise.all([session.close(), db.close()])
    },
  }
}

/** Passes on what other replicas did, whichever way it was heard. */
function relay(signals: { changes: Signal<number>; appends: Signal<void>; acknowledged: Signal<void> }): SessionEvents {
  let seen = { revision: 0, logSeq: 0 }
  return {
    notified(payload) {
      const [what, revision] = payload.split(' ')
      if (what === 'release') signals.changes.emit(Number(revision))
      if (what === 'log') signals.appends.emit()
      if (what === 'instances') signals.acknowledged.emit()
    },
    connected: () => signals.acknowledged.emit(),
    revisions(now) {
      if (now.revision > seen.revision) signals.changes.emit(now.revision)
      if (now.logSeq > seen.logSeq) signals.appends.emit()
      seen = now
    },
  }
}

/** Without user and password. */
function placeOf(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) return 'of DATABASE_URL'
  const { protocol, host, pathname } = new URL(databaseUrl)
  return `${protocol}//${host}${pathname}`
}
