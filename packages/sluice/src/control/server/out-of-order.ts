import type { FeatureState } from '../../records/feature.ts'
import { type OrderFault, type OrderSource, type ReleaseOrder, releaseOrder } from '../approval/release-order.ts'
import type { ReleaseEvent } from '../release/release-event.ts'
import { maySee, type TokenReach } from './access/caller.ts'
import { Problem } from './http/problem.ts'

/**
 * What a release must be committed with, so that nothing takes the version back in the environment before meanwhile.
 * @throws Problem 409 where that has not had the version
 */
export async function refuseOutOfOrder(
  source: OrderSource,
  state: FeatureState,
  event: ReleaseEvent,
  caller: TokenReach,
): Promise<ReleaseOrder['based']> {
  const { fault, based } = await releaseOrder(source, state, event)
  if (fault !== null) throw outOfOrder(fault, event, caller)
  return based
}

/** The fault as far as somebody may see the environment before. */
export function orderFaultFor(viewer: TokenReach, { before, full, general }: OrderFault): string {
  return maySee(viewer, before) ? full : general
}

export function outOfOrder(fault: OrderFault, event: ReleaseEvent, caller: TokenReach): Problem {
  const way =
    event.type === 'rollBack'
      ? ''
      : ' In an emergency do it anyway, and say why (breakGlass.reason, --break-glass): then others are told, and asked to review it.'
  return new Problem({ status: 409, code: 'environment-before', detail: `${orderFaultFor(caller, fault)}${way}` })
}
