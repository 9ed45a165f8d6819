import type { InstanceRecord } from '../../store/instance-store.ts'
import type { Plane } from '../plane.ts'
import { liveInstances } from './live-instances.ts'

export interface InstanceState {
  record: InstanceRecord
  /** Those that its token may see; null: all. */
  features: readonly string[] | null
  /** It has what it is to see. */
  upToDate: boolean
}

/** The live instances, each held against the snapshot of its own token. */
export async function instanceStates(plane: Plane): Promise<InstanceState[]> {
  const [live, tokens] = await Promise.all([liveInstances(plane), plane.store.tokens()])
  const limits = new Map(tokens.map(({ id, features }) => [id, features]))
  return live.map((record) => {
    const features = limits.get(record.tokenId ?? '') ?? null
    const { epoch, revision, hash } = plane.snapshots.view(features).snapshot
    const upToDate =
      record.epoch === epoch && record.revision >= revision && (record.hash === hash || record.revision > revision)
    return { record, features, upToDate }
  })
}
