import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { requireKnownSchema, SluiceError } from '../../../errors.ts'
import type { StoreIdentity } from '../identity.ts'
import { storeIdentityOf } from '../rows/store-row.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import { postgresMigrations } from './migrations.ts'
import { channel } from './notifications.ts'
import { openClient } from './open-client.ts'
import { reasonOf } from './postgres-error.ts'

/** An arbitrary number that other programs are unlikely to use for a lock. */
const migrationLock = 7_305_412_993

/** How to connect to the prepared database, and the identity of its store. */
export interface PreparedDatabase {
  config: pg.ClientConfig
  identity: StoreIdentity
}

/**
 * Creates or upgrades the schema `sluice`. A new store gets the identity `fresh`. Processes that start at the same time
 * wait for each other.
 * @throws SluiceError `cannot-run` if the database is not reachable, refuses the user, is not UTF8, is behind a pooler
 *   that shares sessions, or was written by a newer Sluice.
 */
export async function prepareDatabase(settings: ConnectionSettings, fresh: StoreIdentity): Promise<PreparedDatabase> {
  try {
    const { client, config } = await openClient(settings)
    try {
      await refuseOtherEncoding(client)
      await refuseTransactionPooler(client, config)
      return { config, identity: await prepare(client, fresh) }
    } finally {
      await client.end()
    }
  } catch (cause) {
    throw new SluiceError('cannot-run', `the store ${settings.place} cannot be opened: ${reasonOf(cause)}`, { cause })
  }
}

/** Only UTF8 can store every text of users. */
async function refuseOtherEncoding(client: pg.Client): Promise<void> {
  const { rows } = await client.query('SHOW server_encoding')
  const encoding = String(rows[0]?.server_encoding)
  if (encoding !== 'UTF8')
    throw new SluiceError(
      'cannot-run',
      `its encoding is ${encoding}: create another database with CREATE DATABASE sluice ENCODING 'UTF8' TEMPLATE template0`,
    )
}

/** Runs in one transaction. If it fails, closing the connection rolls it back. */
async function prepare(client: pg.Client, fresh: StoreIdentity): Promise<StoreIdentity> {
  await client.query('BEGIN')
  await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock])
  await migrate(client)
  await client.query('INSERT INTO sluice.store VALUES (true, $1, $2, 0) ON CONFLICT DO NOTHING', [
    fresh.epoch,
    fresh.secret,
  ])
  const { rows } = await client.query('SELECT epoch, secret FROM sluice.store')
  await client.query('COMMIT')
  return storeIdentityOf(rows[0])
}

async function migrate(client: pg.Client): Promise<void> {
  await client.query('CREATE SCHEMA IF NOT EXISTS sluice')
  await client.query('CREATE TABLE IF NOT EXISTS sluice.migrations (version integer NOT NULL PRIMARY KEY)')
  const { rows } = await client.query('SELECT coalesce(max(version), 0) AS version FROM sluice.migrations')
  const from = Number(rows[0]?.version)
  requireKnownSchema(from, postgresMigrations.length)
  for (const [index, statements] of postgresMigrations.entries()) {
    if (index < from) continue
    await client.query(statements)
    await client.query('INSERT INTO sluice.migrations VALUES ($1)', [index + 1])
  }
}

/** If a notification does not arrive within this time, in ms, another session got it. */
const hearingMs = 2000

/**
 * Refuses a pooler that gives each transaction another session of the database. Over such a pooler, notifications of
 * other replicas do not arrive. A pooler in session mode is accepted.
 * @throws SluiceError `cannot-run`
 */
async function refuseTransactionPooler(client: pg.Client, config: pg.ClientConfig): Promise<void> {
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  // A pooler reports a process id of its own to its clients.
  if ('processID' in client && client.processID === rows[0]?.pid) return
  const word = randomUUID()
  const received = new Promise<boolean>((resolve) => {
    client.on('notification', ({ payload }) => payload === word && resolve(true))
  })
  await client.query(`LISTEN ${channel}`)
  const other = new pg.Client(config)
  other.on('error', () => {})
  await other.connect()
  await other.query('SELECT pg_notify($1, $2)', [channel, word]).finally(() => other.end())
  const timer = new AbortController()
  const isReceived = await Promise.race([received, wait(hearingMs, false, { signal: timer.signal })])
  timer.abort()
  await client.query(`UNLISTEN ${channel}`)
  if (!isReceived) throw new SluiceError('cannot-run', pooled)
}

const pooled =
  'DATABASE_URL leads to a pooler that shares sessions (pgbouncer in transaction mode), so notifications of other replicas would not arrive: name the database itself, or a pooler in session mode'
