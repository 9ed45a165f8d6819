import { SluiceError } from '../../../errors.ts'
import { newIdentity } from '../identity.ts'
import { replicaName } from '../lease-store.ts'
import { signal } from '../signal.ts'
import type { Store } from '../store.ts'
import { storeClock } from '../store-clock.ts'
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
import { PostgresListener } from './notifications.ts'
import { insertRows, postgresOutcomes } from './outcomes.ts'
import { postgresProposals } from './proposals.ts'
import { postgresReleases } from './releases.ts'
import { replicaNotifications } from './replica-notifications.ts'
import { postgresTokens } from './tokens.ts'

/** How long the start waits until the listener has a connection, in ms. */
const startMs = 10_000
/** Number of polls between two checks for replicas of older releases. */
const formerEvery = 60

/**
 * A store that several replicas share, in the schema `sluice` of a PostgreSQL database. Changes of other replicas are
 * noticed at once, or after `pollMs` (default 1000) if a notification is lost.
 * @throws SluiceError `invalid-input` for an invalid URL; `cannot-run`: see `prepareDatabase`.
 */
export async function postgresStore(
  databaseUrl: string,
  { pollMs = 1000, limits }: { pollMs?: number; limits?: ConnectionLimits } = {},
): Promise<Store> {
  const settings = connectionSettings(databaseUrl)
  const { config, identity } = await prepareDatabase(settings, newIdentity())
  const db = new PostgresConnection(config, settings.place, limits)
  const signals = {
    changes: signal<number>(),
    appends: signal<readonly string[] | null>(),
    acknowledged: signal<void>(),
  }
  const clock = storeClock()
  const queue = new AppendQueue((rows) => insertRows(db, rows))
  const dropFormer = whileNeeded(() => dropFormerKeys(db.query))
  await dropFormer()
  const listener = new PostgresListener(config, pollMs, replicaNotifications(signals, clock, dropFormer))
  if (!(await listener.ready(startMs))) {
    await Promise.all([listener.close(), db.close()])
    throw new SluiceError(
      'cannot-run',
      `the store ${settings.place} cannot be opened: it has stopped answering. Check the database and the network, then start again`,
    )
  }
  const { releaseAll, ...leases } = postgresLeases(db, replicaName())
  return {
    kind: 'postgres',
    isShared: true,
    logPlace: { databaseUrl },
    ...identity,
    ...postgresReleases(db, signals.changes),
    ...postgresTokens(db),
    ...postgresProposals(db),
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
        listener.close(),
        queue
          .idle()
          .then(releaseAll)
          .then(() => db.close()),
      ])
    },
  }
}

/** Tries the work at the first call and then at every `formerEvery`th call, until it returns true. */
function whileNeeded(work: () => Promise<boolean>): () => Promise<void> {
  let isDone = false
  let calls = 0
  return async () => {
    calls += 1
    if (isDone || calls % formerEvery !== 1) return
    isDone = await work().catch(() => false)
  }
}
