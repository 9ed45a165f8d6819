/**
 * The connection name of replicas. Replicas of older releases, whose ids were unique over all features, are called
 * `sluice`.
 */
export const applicationName = 'sluice 5'

const areLeft = `SELECT 1 FROM pg_constraint WHERE connamespace = 'sluice'::regnamespace
  AND conname IN ('log_id_key', 'judge_queue_pkey', 'contents_pkey') LIMIT 1`
const areNeeded = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sluice' LIMIT 1`
/** Separate statements, so that none waits for one table while it has locked another. */
const drops = [
  'ALTER TABLE sluice.log DROP CONSTRAINT IF EXISTS log_id_key',
  'ALTER TABLE sluice.judge_queue DROP CONSTRAINT IF EXISTS judge_queue_pkey',
  'ALTER TABLE sluice.contents DROP CONSTRAINT IF EXISTS contents_pkey',
]

/**
 * Drops the keys that made ids unique over all features, once no replica of an older release is connected. Such a
 * replica needs these keys to write. Returns whether they are gone.
 */
export async function dropFormerKeys(ask: (sql: string) => Promise<readonly unknown[]>): Promise<boolean> {
  if ((await ask(areLeft)).length === 0) return true
  if ((await ask(areNeeded)).length > 0) return false
  for (const drop of drops) await ask(drop)
  return true
}
