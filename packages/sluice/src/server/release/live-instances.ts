import type { InstanceRecord } from '../../store/instance-store.ts'
import type { Plane } from '../plane.ts'

const missedHeartbeats = 3

/** The instances that were heard of within three heartbeats. */
export function liveInstances({ store, clock, settings }: Plane): Promise<InstanceRecord[]> {
  return store.instances(clock.now() - missedHeartbeats * settings.heartbeatMs)
}
