import { SluiceError } from '../../errors.ts'
import type { StoreIdentity } from '../identity.ts'
import type { Connection, Query } from './connection.ts'
import { migrations } from './migrations.ts'
import { reasonOf } from './postgres-error.ts'

/** Any number that others are unlikely to lock by. */
const migrationLock = 7_305_412_993

/**
 * Creates or upgrades the schema `sluice`, and returns what the store was given when it was made: `fresh` the first
 * time. Processes that start at the same time wait for each other.
 * @throws SluiceError `cannot-run`: not reachable, not allowed, or written by a newer Sluice.
 */
export async function prepareDatabase(db: Connection, fresh: StoreIdentity): Promise<StoreIdentity> {
  try {
    return await db.transaction(async (query) => {
      await query('SELECT pg_advisory_xact_lock($1)', [migrationLock])
      await migrate(query)
      await query('INSERT INTO sluice.store VALUES (true, $1, $2, 0) ON CONFLICT DO NOTHING', [
        fresh.epoch,
        fresh.secret,
      ])
      const [row] = await query('SELECT epoch, secret FROM sluice.store')
      return { epoch: String(row?.epoch), secret: String(row?.secret) }
    })
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause !== undefined ? reasonOf(cause.cause) : reasonOf(cause)
    throw new SluiceError('cannot-run', `the store ${db.place} cannot be opened: ${reason}`, { cause })
  }
}

async function migrate(query: Query): Promise<void> {
  await query('CREATE SCHEMA IF NOT EXISTS sluice')
  await query('CREATE TABLE IF NOT EXISTS sluice.migrations (version integer NOT NULL PRIMARY KEY)')
  const [row] = await query('SELECT coalesce(max(version), 0) AS version FROM sluice.migrations')
  const from = Number(row?.version)
  if (from > migrations.length)
    throw new SluiceError('cannot-run', `it was written by a newer sluice (schema ${from}): upgrade sluice`)
  for (const [index, statements] of migrations.entries()) {
    if (index < from) continue
    await query(statements)
    await query('INSERT INTO sluice.migrations VALUES ($1)', [index + 1])
  }
}
