/** Replicas are connected under this name. Those of the versions whose ids were unique over all features were `sluice`. */
export const applicationName = 'sluice 5'

const areLeft = `SELECT 1 FROM pg_constraint WHERE connamespace = 'sluice'::regnamespace
  AND conname IN ('log_id_key', 'judge_queue_pkey', 'contents_pkey') LIMIT 1`
const areNeeded = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sluice' LIMIT 1`
/** Each by itself: none of them waits for one table with another one locked. */
const drops = [
  'ALTER TABLE sluice.log DROP CONSTRAINT IF EXISTS log_id_key',
  'ALTER TABLE sluice.judge_queue DROP CONSTRAINT IF EXISTS judge_queue_pkey',
  'ALTER TABLE sluice.contents DROP CONSTRAINT IF EXISTS contents_pkey',
]

/**
 * Drops the keys by which ids were unique over all features, once no replica of such a version is connected: until then it
 * writes by them, and could write nothing without. Returns whether they are gone.
 */
export async function dropFormerKeys(ask: (sql: string) => Promise<readonly unknown[]>): Promise<boolean> {
  if ((await ask(areLeft)).length === 0) return true
  if ((await ask(areNeeded)).length > 0) return false
  for (const drop of drops) await ask(drop)
  return true
}
