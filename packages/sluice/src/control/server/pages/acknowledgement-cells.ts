import type { FeatureState } from '../../../records/feature.ts'
import {
  type AcknowledgementGrid,
  type AcknowledgingInstance,
  standingOrder,
} from '../../pages/acknowledgement-grid.ts'
import { mostInstances } from '../../store/instance-store.ts'
import { appliedStates, canaryTakenBack } from '../instances/applied-states.ts'
import { wallTime } from '../instances/instance-states.ts'
import type { Services } from '../services.ts'
import type { Viewer } from './page-route.ts'

/** Pages show so many instances at the most; what comes first in their order is what somebody looks for. */
export const mostInstancesShown = 500

/**
 * Which instances have the present state of a feature. `changedAt`: when it came to be, in ms since the epoch. An
 * instance's own revision is of all that it serves: whoever may see some features only is told that of the feature.
 */
export async function acknowledgementsOf(
  services: Services,
  state: FeatureState,
  { changedAt, viewer }: { changedAt: number | null; viewer: Viewer },
): Promise<AcknowledgementGrid> {
  const states = await appliedStates(services, state)
  const instances = states.map(({ record, standing }): AcknowledgingInstance => {
    const { instance } = record
    const isWhole = viewer.features === null || record.revision < 0
    const revision = isWhole ? record.revision : standing === 'applied' ? state.revision : null
    const [seenAt, mayServeUntil] = [wallTime(services, record.seenAt), wallTime(services, record.mayServeUntil)]
    return { instance, revision, standing, seenAt, mayServeUntil }
  })
  const rank = ({ standing }: AcknowledgingInstance) => standingOrder.indexOf(standing)
  const count = (wanted: string) => instances.filter(({ standing }) => standing === wanted).length
  const byToken = Map.groupBy(states, ({ record }) => record.tokenId)
  return {
    revision: state.revision,
    changedAt,
    takesBack: canaryTakenBack(state) !== undefined,
    isLate: changedAt === null || services.clock.now() - changedAt > services.settings.stragglerMs,
    instances: instances
      .toSorted((a, b) => rank(a) - rank(b) || a.instance.localeCompare(b.instance, 'en', { numeric: true }))
      .slice(0, mostInstancesShown),
    counts: {
      applied: count('applied'),
      incumbentsOnly: count('incumbentsOnly'),
      missing: count('missing'),
      silent: count('silent'),
    },
    isCut: [...byToken.values()].some(({ length }) => length >= mostInstances),
  }
}
