import { setTimeout as wait } from 'node:timers/promises'
import { type Lease, type LeaseStore, leaseMs } from '../lease-store.ts'
import type { PostgresConnection } from './connection.ts'

/** Only the database's clock counts, since the clocks of replicas may differ. */
const inMs = (parameter: string) => `clock_timestamp() + ${parameter} * interval '1 millisecond'`

const take = `INSERT INTO sluice.leases AS known (name, holder, fence, ends_at) VALUES ($1, $2, 1, ${inMs('$3::double precision')})
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, fence = known.fence + 1, ends_at = excluded.ends_at
  WHERE known.ends_at <= clock_timestamp() RETURNING fence`
const prolong = `UPDATE sluice.leases SET ends_at = ${inMs('$3::double precision')}
  WHERE name = $1 AND fence = $2 RETURNING fence`
/** The row stays, since a later holder must get a higher number. */
const giveUp = `UPDATE sluice.leases SET ends_at = '-infinity' WHERE name = $1 AND fence = $2`
const lasting = `SELECT name, holder, extract(epoch FROM ends_at - clock_timestamp())::double precision * 1000 AS left_ms
  FROM sluice.leases WHERE ends_at > clock_timestamp() ORDER BY name`

/** Share of the time that counts here, since this process's clock may be slightly slower than the database's. */
const safety = 0.9
const longestReleaseMs = 2000

interface Moment {
  steady: number
  wall: number
}

const presently = (): Moment => ({ steady: performance.now(), wall: Date.now() })

/** The longer time of two clocks. The wall clock may step back; the steady clock stops while the machine is paused. */
function elapsedMs({ steady, wall }: Moment): number {
  return Math.max(performance.now() - steady, Date.now() - wall)
}

interface PostgresLeases extends LeaseStore {
  /** Releases all leases that are still held. */
  releaseAll(): Promise<void>
}

/** Leases as rows that expire by the database's clock. */
export function postgresLeases({ query }: PostgresConnection, holder: string): PostgresLeases {
  const held = new Map<number, Lease>()
  let taken = 0
  return {
    async lead(name, { forMs = leaseMs } = {}) {
      let since: Moment | undefined = presently()
      const [row] = await query(take, [name, holder, forMs])
      if (!row) return undefined
      const fence = { name, number: Number(row.fence) }
      taken += 1
      const key = taken
      const lease: Lease = {
        fence,
        lastsMs: forMs,
        held: () => since !== undefined && elapsedMs(since) < forMs * safety,
        async renew() {
          const next = presently()
          const [still] = await query(prolong, [name, fence.number, forMs])
          // A lease that was released during the statement stays released.
          since = still && held.has(key) ? next : undefined
          return lease.held()
        },
        async release() {
          since = undefined
          if (held.delete(key)) await query(giveUp, [name, fence.number])
        },
      }
      held.set(key, lease)
      return lease
    },
    async leases() {
      const rows = await query(lasting)
      return rows.map((row) => ({
        name: String(row.name),
        holder: String(row.holder),
        ours: row.holder === holder,
        leftMs: Number(row.left_ms),
      }))
    },
    async releaseAll() {
      // If the database is not reachable, they expire.
      const released = Promise.allSettled([...held.values()].map((lease) => lease.release()))
      await Promise.race([released, wait(longestReleaseMs, undefined, { ref: false })])
    },
  }
}
