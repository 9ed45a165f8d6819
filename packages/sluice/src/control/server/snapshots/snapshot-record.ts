import type { Snapshots } from './snapshots.ts'

/** What this process has given out lately. */
export interface SnapshotRecord {
  /** Whether a snapshot of these features had this revision and this hash: the present one, or a recent one. */
  has(features: readonly string[] | null, claim: { epoch: string; revision: number; hash: string }): boolean
}

/** Revisions that are remembered of each set of features. */
const remembered = 100

export function createSnapshotRecord(snapshots: Snapshots): SnapshotRecord {
  const views = new Map<string, Map<number, string>>()
  let epoch = ''

  function viewOf(features: readonly string[] | null): Map<number, string> {
    const { snapshot } = snapshots.view(features)
    if (snapshot.epoch !== epoch) views.clear()
    epoch = snapshot.epoch
    const key = features === null ? '*' : JSON.stringify(features.toSorted())
    const hashes = views.get(key) ?? new Map<number, string>()
    views.set(key, hashes)
    hashes.set(snapshot.revision, snapshot.hash)
    const [oldest] = hashes.keys()
    if (oldest !== undefined && hashes.size > remembered) hashes.delete(oldest)
    return hashes
  }

  return {
    has: (features, claim) => viewOf(features).get(claim.revision) === claim.hash && claim.epoch === epoch,
  }
}
