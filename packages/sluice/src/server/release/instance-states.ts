import type { InstanceRecord } from '../../store/instance-store.ts'
import type { Plane } from '../plane.ts'
import { isSilent, servingInstances } from './live-instances.ts'

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
export async function instanceStates(plane: Plane): Promise<InstanceState[]> {
  const [serving, tokens] = await Promise.all([servingInstances(plane), plane.store.tokens()])
  const limits = new Map(tokens.map(({ id, features }) => [id, features]))
  return serving.map((record) => {
    const features = limits.get(record.tokenId ?? '') ?? null
    const { epoch, revision, hash } = plane.snapshots.view(features).snapshot
    // Another replica may have given out something newer already, and found it right.
    const isPresent = record.revision === revision ? record.hash === hash : record.revision > revision
    const upToDate = record.known && record.epoch === epoch && isPresent
    return { record, features, upToDate, silent: isSilent(plane, record) }
  })
}
