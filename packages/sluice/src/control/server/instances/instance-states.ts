import type { InstanceRecord } from '../../../records/instance.ts'
import type { Services } from '../services.ts'

const missedHeartbeats = 3

/** What is assumed of a client that does not say its `maxStaleMs`, in ms: five times the default of ours. */
const assumedMaxStaleMs = 300_000
/** Whatever a client says: a week. */
const longestMaxStaleMs = 7 * 86_400_000

/** What the times of instances are told by: replicas whose own clocks differ must find the same ones, and a step lose none. */
function instanceNow({ store, clock }: Services): number {
  return store.now?.() ?? clock.now()
}

/** A time of an instance as this process's clock would have told it. */
export function wallTime(services: Services, at: number): number {
  return at - instanceNow(services) + services.clock.now()
}

/**
 * The times of an instance that is heard of now. It may serve a canary until `mayServeUntil` if it is never heard of again: three
 * heartbeats are added, since it may hear of the control plane after that for the last time, by way of a replica that is
 * itself cut off from the store.
 */
export function timesOf(
  services: Services,
  maxStaleMs: number | null | undefined,
): Pick<InstanceRecord, 'firstSeenAt' | 'seenAt' | 'mayServeUntil'> {
  const now = instanceNow(services)
  const trustMs = Math.min(longestMaxStaleMs, Math.max(0, maxStaleMs ?? assumedMaxStaleMs))
  const mayServeUntil = Math.ceil(now + trustMs + missedHeartbeats * services.settings.heartbeatMs)
  return { firstSeenAt: now, seenAt: now, mayServeUntil }
}

/** The instances that may serve something: those heard of lately, and silent ones whose trust has not run out. */
export function servingInstances(services: Services): Promise<InstanceRecord[]> {
  return services.store.instances(instanceNow(services))
}

/** How long it was not heard of, in ms. */
export function silenceOf(services: Services, { seenAt }: InstanceRecord): number {
  return Math.max(0, instanceNow(services) - seenAt)
}

/** After how many ms it counts as silent if it is not heard of until then. */
export function untilSilent(services: Services, instance: InstanceRecord): number {
  return Math.max(0, missedHeartbeats * services.settings.heartbeatMs - silenceOf(services, instance)) + 1
}

/** It was not heard of for three heartbeats: it ended without a goodbye, or is cut off. */
export function isInstanceSilent(services: Services, instance: InstanceRecord): boolean {
  return silenceOf(services, instance) > missedHeartbeats * services.settings.heartbeatMs
}

export interface InstanceState {
  record: InstanceRecord
  /** Those that its token may see; null: all. */
  features: readonly string[] | null
  /** It has what it is to see. */
  upToDate: boolean
  /** Not heard of for three heartbeats. */
  silent: boolean
}

/** The instances that may serve something, each held against the snapshot of its own token. */
export async function instanceStates(services: Services): Promise<InstanceState[]> {
  const [serving, tokens] = await Promise.all([servingInstances(services), services.store.tokens()])
  const limits = new Map(tokens.map(({ id, features }) => [id, features]))
  return serving.map((record) => {
    const features = limits.get(record.tokenId ?? '') ?? null
    const { epoch, revision, hash } = services.snapshots.view(features).snapshot
    // Another replica may have given out something newer already, and found it right.
    const isPresent = record.revision === revision ? record.hash === hash : record.revision > revision
    const upToDate = record.known && record.epoch === epoch && isPresent
    return { record, features, upToDate, silent: isInstanceSilent(services, record) }
  })
}
