import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { SluiceError } from '../../../errors.ts'
import type { StoreIdentity } from '../identity.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import { postgresMigrations } from './migrations.ts'
import { openClient } from './open-client.ts'
import { reasonOf } from './postgres-error.ts'
import { channel } from './session.ts'

/** Any number that others are unlikely to lock by. */
const migrationLock = 7_305_412_993

/** How to connect to a database that is ready, and what its store was given when it was made. */
export interface PreparedDatabase {
  config: pg.ClientConfig
  identity: StoreIdentity
}

/**
 * Creates or upgrades the schema `sluice`; a new store becomes `fresh`. Processes that start at the same time wait for each
 * other.
 * @throws SluiceError `cannot-run`: not reachable, not allowed, not UTF8, behind a pooler that shares sessions, or written
 *   by a newer Sluice.
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

/** Only UTF8 holds whatever users write. */
async function refuseOtherEncoding(client: pg.Client): Promise<void> {
  const { rows } = await client.query('SHOW server_encoding')
  const encoding = String(rows[0]?.server_encoding)
  if (encoding !== 'UTF8')
    throw new SluiceError(
      'cannot-run',
      `its encoding is ${encoding}: make another one with CREATE DATABASE sluice ENCODING 'UTF8' TEMPLATE template0`,
    )
}

/** The transaction ends with the connection where it fails. */
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
  return { epoch: String(rows[0]?.epoch), secret: String(rows[0]?.secret) }
}

async function migrate(client: pg.Client): Promise<void> {
  await client.query('CREATE SCHEMA IF NOT EXISTS sluice')
  await client.query('CREATE TABLE IF NOT EXISTS sluice.migrations (version integer NOT NULL PRIMARY KEY)')
  const { rows } = await client.query('SELECT coalesce(max(version), 0) AS version FROM sluice.migrations')
  const from = Number(rows[0]?.version)
  if (from > postgresMigrations.length)
    throw new SluiceError('cannot-run', `it was written by a newer sluice (schema ${from}): upgrade sluice`)
  for (const [index, statements] of postgresMigrations.entries()) {
    if (index < from) continue
    await client.query(statements)
    await client.query('INSERT INTO sluice.migrations VALUES ($1)', [index + 1])
  }
}

/** A notification that did not come within this time, in ms, went to somebody else. */
const hearingMs = 2000

/**
 * Refuses a pooler that gives each transaction another session of the database: there the lock of leadership would belong to
 * whoever comes next, and what other replicas do would be heard by nobody. One that keeps sessions apart is let through.
 * @throws SluiceError `cannot-run`
 */
async function refuseTransactionPooler(client: pg.Client, config: pg.ClientConfig): Promise<void> {
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  // A pooler invents the process that it tells its client of.
  if ('processID' in client && client.processID === rows[0]?.pid) return
  const word = randomUUID()
  const heard = new Promise<boolean>((resolve) => {
    client.on('notification', ({ payload }) => payload === word && resolve(true))
  })
  await client.query(`LISTEN ${channel}`)
  const other = new pg.Client(config)
  other.on('error', () => {})
  await other.connect()
  await other.query('SELECT pg_notify($1, $2)', [channel, word]).finally(() => other.end())
  const timer = new AbortController()
  const isHeard = await Promise.race([heard, wait(hearingMs, false, { signal: timer.signal })])
  timer.abort()
  await client.query(`UNLISTEN ${channel}`)
  if (!isHeard) throw new SluiceError('cannot-run', pooled)
}

const pooled =
  'DATABASE_URL leads to a pooler that shares sessions (pgbouncer in transaction mode), over which nothing is heard of other replicas and nobody can lead: name the database itself, or the pooler in session mode'
