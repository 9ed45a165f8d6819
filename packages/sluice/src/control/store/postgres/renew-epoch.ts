import type pg from 'pg'
import { requireKnownSchema, SluiceError } from '../../../errors.ts'
import { newIdentity } from '../identity.ts'
import { type RunningRollout, runningIn } from '../open-rollouts.ts'
import { featureStateOf } from '../rows/feature-row.ts'
import { connectionSettings } from './connection-settings.ts'
import { postgresMigrations } from './migrations.ts'
import { openClient } from './open-client.ts'
import { reasonOf } from './postgres-error.ts'

/**
 * Gives the store in a restored database a new epoch. From it applications know that its lower revisions are valid.
 * @throws SluiceError `cannot-run` if the database is not reachable, has no store or one of a newer Sluice, or servers
 *   are connected to it.
 */
export async function renewEpoch(databaseUrl: string): Promise<{ revision: number; rollouts: RunningRollout[] }> {
  const settings = connectionSettings(databaseUrl)
  try {
    const { client } = await openClient(settings)
    return await renewedBy(client).finally(() => client.end())
  } catch (cause) {
    throw new SluiceError('cannot-run', `the store ${settings.place} was left as it is: ${reasonOf(cause)}`, { cause })
  }
}

async function renewedBy(client: pg.Client) {
  const ask = async (sql: string, values: unknown[] = []) => (await client.query(sql, values)).rows
  const [found] = await ask("SELECT to_regclass('sluice.store') IS NOT NULL AS here")
  if (!found?.here)
    throw new SluiceError('cannot-run', 'it holds no state of a control plane: restore it with pg_restore first')
  const [schema] = await ask('SELECT max(version) AS version FROM sluice.migrations')
  requireKnownSchema(Number(schema?.version), postgresMigrations.length)
  const [servers] = await ask(`SELECT count(*) AS connected FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'sluice%' AND pid <> pg_backend_pid()`)
  if (Number(servers?.connected) > 0)
    throw new SluiceError('cannot-run', 'servers are connected to it: stop them first')
  const features = await ask('SELECT document FROM sluice.features ORDER BY feature')
  const [store] = await ask('UPDATE sluice.store SET epoch = $1 RETURNING revision', [newIdentity().epoch])
  return {
    revision: Number(store?.revision),
    rollouts: runningIn(features.map(({ document }) => featureStateOf(document))),
  }
}
