import path from 'node:path'
import type { Clock } from '@sluice/client'
import { createLeanFetch } from '../providers/lean-fetch.ts'
import type { Metrics } from '../server/metrics/metrics.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { createTelemetry, watchedStore } from '../telemetry/telemetry.ts'
import type { Host } from './host.ts'

/**
 * The store of `sluice serve`, in the folder `data` or where `DATABASE_URL` says. What is appended to its log goes to a
 * collector as well, if OpenTelemetry's variables name one.
 */
export async function openServeStore(
  host: Pick<Host, 'cwd' | 'env'>,
  { data, clock, metrics }: { data: string; clock: Clock; metrics: Metrics },
): Promise<Store> {
  const { env } = host
  const onLoss = (entries: number) =>
    metrics.count('telemetry_lost_total', 'Log entries that the collector did not get.', {}, entries)
  const telemetry = createTelemetry({ env, fetch: createLeanFetch({ env }), clock, random: Math.random, onLoss })
  const { DATABASE_URL: databaseUrl } = env
  const store = await openStore({ dataDir: path.resolve(host.cwd(), data), ...(databaseUrl && { databaseUrl }) })
  return watchedStore(store, telemetry)
}
