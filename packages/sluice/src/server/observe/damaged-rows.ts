import type { Store } from '../../store/store.ts'
import type { Plane } from '../plane.ts'
import { every } from '../push/every.ts'

const everyMs = 10_000

/** Names each row of the store that cannot be read in the log, once, and counts them for Prometheus. Returns how to stop. */
export function watchDamagedRows({ store, clock, metrics, log }: Plane): () => void {
  const named = new Set<string>()
  metrics.gauge('store_damaged_rows', 'Stored rows that cannot be read, and are left out.', () =>
    damagedByFeature(store).map(({ kind, feature, rows }) => ({
      labels: { kind, feature: feature ?? '' },
      value: rows,
    })),
  )
  return every(clock, everyMs, () => {
    for (const { kind, feature, row } of store.damaged()) {
      const key = JSON.stringify([kind, row])
      if (named.has(key)) continue
      named.add(key)
      log('error', 'a stored row cannot be read and is left out: put a backup back', { kind, feature, row })
    }
  })
}

/** How many rows of each kind cannot be read, by feature; which they are is for the log. */
export function damagedByFeature(
  store: Pick<Store, 'damaged'>,
): { kind: string; feature: string | null; rows: number }[] {
  const groups = Map.groupBy(store.damaged(), ({ kind, feature }) => JSON.stringify([kind, feature]))
  return [...groups.values()].flatMap((rows) =>
    rows.slice(0, 1).map(({ kind, feature }) => ({ kind, feature, rows: rows.length })),
  )
}
