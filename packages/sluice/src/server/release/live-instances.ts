import type { InstanceRecord } from '../../store/instance-store.ts'
import type { Plane } from '../plane.ts'

const missedHeartbeats = 3

/** What is assumed of a client that does not say its `maxStaleMs`, in ms: five times the default of ours. */
const assumedMaxStaleMs = 300_000
/** Whatever a client says: a week. */
const longestMaxStaleMs = 7 * 86_400_000

/** What the times of instances are told by: replicas whose own clocks differ must find the same ones, and a step lose none. */
function instanceNow({ store, clock }: Plane): number {
  return store.now?.() ?? clock.now()
}

/** A time of an instance as this process's clock would have told it. */
export function wallTime(plane: Plane, at: number): number {
  return at - instanceNow(plane) + plane.clock.now()
}

/**
 * The times of an instance that is heard of now. It may serve a canary until `mayServeUntil` if it is never heard of again: three
 * heartbeats are added, since it may hear of the control plane after that for the last time, by way of a replica that is
 * itself cut off from the store.
 */
export function timesOf(
  plane: Plane,
  maxStaleMs: number | null | undefined,
): Pick<InstanceRecord, 'firstSeenAt' | 'seenAt' | 'mayServeUntil'> {
  const now = instanceNow(plane)
  const trustMs = Math.min(longestMaxStaleMs, Math.max(0, maxStaleMs ?? assumedMaxStaleMs))
  const mayServeUntil = Math.ceil(now + trustMs + missedHeartbeats * plane.settings.heartbeatMs)
  return { firstSeenAt: now, seenAt: now, mayServeUntil }
}

/** The instances that may serve something: those heard of lately, and silent ones whose trust has not run out. */
export function servingInstances(plane: Plane): Promise<InstanceRecord[]> {
  return plane.store.instances(instanceNow(plane))
}

/** How long it was not heard of, in ms. */
export function silenceOf(plane: Plane, { seenAt }: InstanceRecord): number {
  return Math.max(0, instanceNow(plane) - seenAt)
}

/** It was not heard of for three heartbeats: it ended without a goodbye, or is cut off. */
export function isSilent(plane: Plane, instance: InstanceRecord): boolean {
  return silenceOf(plane, instance) > missedHeartbeats * plane.settings.heartbeatMs
}
