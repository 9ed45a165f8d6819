import type { FeatureState } from '../../records/feature.ts'
import { type OrderSource, type ReleaseOrder, releaseOrder } from '../approval/release-order.ts'
import type { ReleaseEvent } from '../release/release-event.ts'
import { Problem } from './http/problem.ts'

/**
 * What a release must be committed with, so that nothing takes the version back in the environment before meanwhile.
 * @throws Problem 409 where that has not had the version
 */
export async function refuseOutOfOrder(
  source: OrderSource,
  state: FeatureState,
  event: ReleaseEvent,
): Promise<ReleaseOrder['based']> {
  const { fault, based } = await releaseOrder(source, state, event)
  if (fault !== null) throw outOfOrder(fault, event)
  return based
}

export function outOfOrder(fault: string, event: ReleaseEvent): Problem {
  const way =
    event.type === 'rollBack'
      ? ''
      : ' In an emergency do it anyway, and say why (breakGlass.reason, --break-glass): then others are told, and asked to review it.'
  return new Problem({ status: 409, code: 'environment-before', detail: `${fault}${way}` })
}
