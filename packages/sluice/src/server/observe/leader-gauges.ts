import type { LeaseStore } from '../../store/lease-store.ts'
import type { Metrics } from './metrics.ts'

/** What the engine of one replica at a time does: that nobody does it is worth an alarm. */
const works = ['controller', 'drift', 'judge']

/** Shows who leads, as the store has it: every replica can tell that nobody does. */
export function leaderGauges(store: Pick<LeaseStore, 'leases'>, metrics: Metrics): void {
  metrics.gauge('leader', 'Whether this replica leads the work: 1 or 0.', async () => {
    const ours = new Set((await store.leases()).flatMap(({ name, ours }) => (ours ? [name] : [])))
    return works.map((work) => ({ labels: { work }, value: Number(ours.has(work)) }))
  })
  metrics.gauge('led', 'Whether any replica leads the work: 1, or 0 where nobody does it.', async () => {
    const led = new Set((await store.leases()).map(({ name }) => name))
    return works.map((work) => ({ labels: { work }, value: Number(led.has(work)) }))
  })
}
