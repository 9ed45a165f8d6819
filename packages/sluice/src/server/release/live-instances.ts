import type { InstanceRecord } from '../../store/instance-store.ts'
import type { Plane } from '../plane.ts'

const missedHeartbeats = 3

/** What is assumed of a client that does not say its `maxStaleMs`, in ms: five times the default of ours. */
const assumedMaxStaleMs = 300_000
/** Whatever a client says: a week. */
const longestMaxStaleMs = 7 * 86_400_000

/**
 * Until when an instance that is heard of now may serve a canary if it is never heard of again. Three heartbeats are added:
 * it may hear of the control plane after that for the last time, by way of a replica that is itself cut off from the store.
 */
export function mayServeUntil({ clock, settings }: Plane, maxStaleMs: number | null | undefined): number {
  const trustMs = Math.min(longestMaxStaleMs, Math.max(0, maxStaleMs ?? assumedMaxStaleMs))
  return Math.ceil(clock.now() + trustMs + missedHeartbeats * settings.heartbeatMs)
}

/** The instances that may serve something: those heard of lately, and silent ones whose trust has not run out. */
export function servingInstances({ store, clock }: Plane): Promise<InstanceRecord[]> {
  return store.instances(clock.now())
}

/** It was not heard of for three heartbeats: it ended without a goodbye, or is cut off. */
export function isSilent({ clock, settings }: Plane, { seenAt }: InstanceRecord): boolean {
  return clock.now() - seenAt > missedHeartbeats * settings.heartbeatMs
}
