import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { SluiceError } from '../../errors.ts'
import { channel } from './session.ts'

/** A notification that did not come within this time, in ms, went to somebody else. */
const hearingMs = 2000

/**
 * Refuses a pooler that gives each transaction another session of the database: there the lock of leadership would belong to
 * whoever comes next, and what other replicas do would be heard by nobody. One that keeps sessions apart is let through.
 * @throws SluiceError `cannot-run`
 */
export async function refuseTransactionPooler(client: pg.Client, config: pg.ClientConfig): Promise<void> {
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
