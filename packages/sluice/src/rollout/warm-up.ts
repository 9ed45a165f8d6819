import type { RequestEntry } from '../store/outcome-log.ts'
import { stageShare } from './randomisation.ts'
import type { Sight } from './sight.ts'
import type { UnitMemory } from './unit-memory.ts'

/**
 * What makes a request slow although the version is not: a stage has just begun, the canary was hardly asked in it, the process is
 * new, the user is new to the arm, or nobody has asked the arm for so long that a prompt cache has forgotten it.
 */
const warmUp = { stageMs: 15 * 60_000, canaryRequests: 30, processRequests: 10, idleMs: 60_000 }

/** Shares of the canary at which both arms are idle as often, so that it does not matter. */
const even = { from: 0.4, to: 0.6 }

/** The stage is old enough for latencies to be compared at all. */
export function isStageWarm({ evidence: { window } }: Sight, { receivedAt }: RequestEntry): boolean {
  const { stageSince, staged } = window
  if (stageSince === null || receivedAt - stageSince < warmUp.stageMs) return false
  return staged.canary >= warmUp.canaryRequests
}

/** The arm that is asked less often finds its prompt cache cold more often: such requests are compared only where both are asked alike. */
export function isComparable(sight: Sight, entry: RequestEntry): boolean {
  const share = stageShare(sight.settings.stages, sight.stage)
  return !isIdle(sight, entry) || (share >= even.from && share <= even.to)
}

function isIdle({ evidence, arm }: Sight, { receivedAt }: RequestEntry): boolean {
  const askedAt = evidence.askedAt[arm]
  return askedAt === null || receivedAt - askedAt > warmUp.idleMs
}

/** Nothing but the version can be what makes this request slow, as far as the outcomes tell. */
export function isSettled(sight: Sight, entry: RequestEntry, memory: UnitMemory): boolean {
  if (memory.exposed?.arm !== sight.arm || isIdle(sight, entry)) return false
  return sight.places.every(
    ({ id, pool, requests }) => id === null || pool || requests.incumbent + requests.canary > warmUp.processRequests,
  )
}
