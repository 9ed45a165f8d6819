import { SluiceError } from '../../../errors.ts'
import { newIdentity, type StoreIdentity } from '../identity.ts'
import { replicaName } from '../lease-store.ts'
import { type StoreSignal, signal } from '../signal.ts'
import type { Store } from '../store.ts'
import { type StoreClock, storeClock } from '../store-clock.ts'
import { AppendQueue } from './append-queue.ts'
import { type ConnectionLimits, PostgresConnection } from './connection.ts'
import { connectionSettings } from './connection-settings.ts'
import { postgresContents } from './contents.ts'
import { prepareDatabase } from './database.ts'
import { postgresEvidence } from './evidence.ts'
import { postgresForgetting } from './forgetting.ts'
import { dropFormerKeys } from './former-keys.ts'
import { postgresInstances } from './instances.ts'
import { postgresJudgeQueue } from './judge-queue.ts'
import { postgresLeases } from './leases.ts'
import { insertRows, postgresOutcomes } from './outcomes.ts'
import { postgresReleases } from './releases.ts'
import { PostgresSession, type SessionEvents } from './session.ts'
import { postgresTokens } from './tokens.ts'

/** So long a start waits for a connection that lasts, in ms. */
const startMs = 10_000
/** So many polls lie between two looks for replicas of a version before. */
const formerEvery = 60

/**
 * A store that several replicas share, in the schema `sluice` of a PostgreSQL database. Others' changes are heard at
 * once; `pollMs` (default 1000) after them at the latest, also when a connection has silently died.
 * @throws SluiceError `invalid-input` for a URL that cannot be read; `cannot-run`: see `prepareDatabase`.
 */
export async function postgresStore(
  databaseUrl: string,
  {
    fresh = newIdentity(),
    pollMs = 1000,
    limits,
  }: { fresh?: StoreIdentity; pollMs?: number; limits?: ConnectionLimits } = {},
): Promise<Store> {
  const settings = connectionSettings(databaseUrl)
  const { config, identity } = await prepareDatabase(settings, fresh)
  const db = new PostgresConnection(config, settings.place, limits)
  const signals = { changes: signal<number>(), appends: signal<void>(), acknowledged: signal<void>() }
  const clock = storeClock()
  const queue = new AppendQueue((rows) => insertRows(db, rows))
  const dropFormer = whileNeeded(() => dropFormerKeys(db.query))
  await dropFormer()
  const session = new PostgresSession(config, pollMs, relay(signals, clock, dropFormer))
  if (!(await session.ready(startMs))) {
    await Promise.all([session.close(), db.close()])
    throw new SluiceError('cannot-run', `the store ${settings.place} cannot be opened: it has stopped answering`)
  }
  const { releaseAll, ...leases } = postgresLeases(db, replicaName())
  return {
    kind: 'postgres',
    ...identity,
    ...postgresReleases(db, signals.changes),
    ...postgresTokens(db),
    ...postgresOutcomes(db, queue, signals.appends),
    ...postgresInstances(db, signals.acknowledged),
    ...leases,
    ...postgresEvidence(db),
    ...postgresJudgeQueue(db),
    ...postgresContents(db),
    ...postgresForgetting(db),
    damaged: () => db.damaged.current(),
    now: clock.now,
    ping: () => db.ping(),
    async close() {
      await Promise.all([
        session.close(),
        queue
          .idle()
          .then(releaseAll)
          .then(() => db.close()),
      ])
    },
  }
}

/** Tries at the first call and at each sixtieth after it until it is done; one that fails is tried again. */
function whileNeeded(work: () => Promise<boolean>): () => Promise<void> {
  let isDone = false
  let calls = 0
  return async () => {
    calls += 1
    if (isDone || calls % formerEvery !== 1) return
    isDone = await work().catch(() => false)
  }
}

/** Passes on what other replicas did, whichever way it was heard. */
function relay(
  signals: { changes: StoreSignal<number>; appends: StoreSignal<void>; acknowledged: StoreSignal<void> },
  clock: StoreClock,
  onPoll: () => Promise<void>,
): SessionEvents {
  let seen = { revision: 0, logSeq: 0 }
  return {
    notified(payload) {
      const [what, revision] = payload.split(' ')
      if (what === 'release') signals.changes.emit(Number(revision))
      if (what === 'log') signals.appends.emit()
      if (what === 'instances') signals.acknowledged.emit()
    },
    connected(at) {
      clock.set(at)
      signals.acknowledged.emit()
    },
    polled({ at, ...now }) {
      clock.set(at)
      if (now.revision > seen.revision) signals.changes.emit(now.revision)
      if (now.logSeq > seen.logSeq) signals.appends.emit()
      seen = now
      void onPoll()
    },
  }
}
