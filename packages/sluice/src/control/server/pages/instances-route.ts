import { instancesPage, type ShownInstance } from '../../pages/instances.ts'
import {
  environmentOf,
  presentRevisions,
  shownRevision,
  visibleInstances,
  wallTime,
} from '../instances/instance-states.ts'
import { mostInstancesShown } from './acknowledgement-cells.ts'
import { definePage } from './page-route.ts'

export const showInstances = definePage({
  path: '/instances',
  async show({ viewer }, services) {
    const { snapshots, store, clock } = services
    const [states, leases] = await Promise.all([visibleInstances(services, viewer), store.leases()])
    const all = states.map((state): ShownInstance => {
      const { record, upToDate, lag, silent } = state
      const { instance, client, stale } = record
      const revision = shownRevision(state)
      const [seenAt, mayServeUntil] = [wallTime(services, record.seenAt), wallTime(services, record.mayServeUntil)]
      const environment = environmentOf(state, services)
      return { instance, client, environment, revision, upToDate, lag, silent, stale, seenAt, mayServeUntil }
    })
    const rank = ({ upToDate, silent }: ShownInstance) => (silent ? 1 : upToDate ? 2 : 0)
    return instancesPage({
      revision: snapshots.view(viewer).snapshot.revision,
      environments: presentRevisions(services, viewer),
      instances: all.toSorted((a, b) => rank(a) - rank(b)).slice(0, mostInstancesShown),
      counts: {
        total: all.length,
        behind: all.filter((one) => rank(one) === 0).length,
        silent: all.filter((one) => one.silent).length,
      },
      leaders: leases.map(({ name, holder }) => ({ work: name, replica: holder })),
      now: clock.now(),
    })
  },
})
