import type { RequestEntry } from '../../../records/outcome.ts'
import { minuteMs } from '../../../time-units.ts'
import type { PlaceEvidence } from '../evidence/places.ts'
import { stageShare } from '../evidence/randomisation.ts'
import type { UnitMemory } from '../evidence/unit-memory.ts'
import type { ObservedEntry } from './observed-entry.ts'

/**
 * What makes a request slow although the version is not: a stage has just begun, the canary was hardly asked in it, the
 * process is new, the user is new to the arm, or nobody has asked the arm for so long that a prompt cache has forgotten
 * it.
 */
export const warmUp = { beginningMs: 15 * minuteMs, canaryRequests: 30, processRequests: 10, idleMs: 60_000 }

/** Shares of the canary at which both arms are idle as often, so that it does not matter. */
const even = { from: 0.4, to: 0.6 }

export function isEven(share: number): boolean {
  return share >= even.from && share <= even.to
}

/** The stage is old enough for latencies to be compared at all. */
export function isStageWarm({ evidence: { window } }: ObservedEntry, { receivedAt }: RequestEntry): boolean {
  const { stageSince, staged } = window
  if (stageSince === null || receivedAt - stageSince < warmUp.beginningMs) return false
  return staged.canary >= warmUp.canaryRequests
}

/**
 * The arm that is asked less often finds its prompt cache cold more often: such requests are compared only where both
 * are asked alike.
 */
export function isComparable(observed: ObservedEntry, entry: RequestEntry): boolean {
  const share = stageShare(observed.settings.stages, observed.stage)
  return !isIdle(observed, entry) || isEven(share)
}

function isIdle({ evidence, arm }: ObservedEntry, { receivedAt }: RequestEntry): boolean {
  const askedAt = evidence.askedAt[arm]
  return askedAt === null || receivedAt - askedAt > warmUp.idleMs
}

/** Nothing but the version can be what makes this request slow, as far as the outcomes tell. */
export function isSettled(observed: ObservedEntry, entry: RequestEntry, memory: UnitMemory): boolean {
  if (memory.exposed?.arm !== observed.arm || isIdle(observed, entry)) return false
  return observed.places.every((place) => isWarm(place, entry.receivedAt))
}

/**
 * Nobody knows how long a process that is the only one so far has been there: it has not just begun because of the
 * rollout.
 */
function isWarm({ id, pool, own, requests, firstAt }: PlaceEvidence, at: number): boolean {
  if (id === null || pool || own === null) return true
  if (requests.incumbent + requests.canary <= warmUp.processRequests) return false
  return firstAt !== null && at - firstAt >= warmUp.beginningMs
}
