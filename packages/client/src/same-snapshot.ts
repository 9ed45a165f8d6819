import type { Snapshot } from './protocol.ts'

/** What tells a snapshot from every other. */
export type SnapshotName = Pick<Snapshot, 'epoch' | 'revision' | 'hash'>

export function isSame(one: SnapshotName | undefined, other: SnapshotName): boolean {
  return one?.epoch === other.epoch && one.revision === other.revision && one.hash === other.hash
}
