import type { TokenReach } from '../access/caller.ts'
import { type Snapshots, viewKey } from './snapshots.ts'

/** The snapshots that this process has sent lately. */
export interface SnapshotRecord {
  /** Whether the present or a recent snapshot of whoever may see this had this epoch, revision and hash. */
  has(reach: TokenReach, claim: { epoch: string; revision: number; hash: string }): boolean
}

/** How many revisions are remembered for each set of features. */
const remembered = 100

export function createSnapshotRecord(snapshots: Snapshots): SnapshotRecord {
  const views = new Map<string, Map<number, string>>()
  let epoch = ''

  function viewOf(reach: TokenReach): Map<number, string> {
    const { snapshot } = snapshots.view(reach)
    if (snapshot.epoch !== epoch) views.clear()
    epoch = snapshot.epoch
    const key = viewKey(reach)
    const hashes = views.get(key) ?? new Map<number, string>()
    views.set(key, hashes)
    hashes.set(snapshot.revision, snapshot.hash)
    const [oldest] = hashes.keys()
    if (oldest !== undefined && hashes.size > remembered) hashes.delete(oldest)
    return hashes
  }

  return {
    has: (reach, claim) => viewOf(reach).get(claim.revision) === claim.hash && claim.epoch === epoch,
  }
}
