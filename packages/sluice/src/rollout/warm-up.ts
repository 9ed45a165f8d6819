import type { RequestEntry } from '../store/outcome-log.ts'
import type { Sight } from './sight.ts'
import type { UnitMemory } from './unit-memory.ts'

/**
 * What makes a request slow although the version is not: a stage has just begun, the canary was hardly asked in it, the process is
 * new, the user is new to the arm, or nobody has asked the arm for so long that a prompt cache has forgotten it.
 */
const warmUp = { stageMs: 15 * 60_000, canaryRequests: 30, processRequests: 10, idleMs: 60_000 }

/** The stage is old enough for latencies to be compared at all. */
export function isStageWarm({ evidence: { window } }: Sight, { receivedAt }: RequestEntry): boolean {
  const { stageSince, staged } = window
  if (stageSince === null || receivedAt - stageSince < warmUp.stageMs) return false
  return staged.canary >= warmUp.canaryRequests
}

/** Nothing but the version can be what makes this request slow, as far as the outcomes tell. */
export function isSettled({ evidence, arm, places }: Sight, { receivedAt }: RequestEntry, memory: UnitMemory): boolean {
  if (memory.exposed?.arm !== arm) return false
  const askedAt = evidence.askedAt[arm]
  if (askedAt === null || receivedAt - askedAt > warmUp.idleMs) return false
  return places.every(
    ({ id, pool, requests }) => id === null || pool || requests.incumbent + requests.canary > warmUp.processRequests,
  )
}
