import type { Clock } from '@sluice/client'
import type { Environments } from '../../core/suite/config/environments.ts'
import type { Proposal } from '../../records/proposal.ts'
import type { LoopFaults } from '../loops/loop-faults.ts'
import { startWorkLoop, type WorkLoop } from '../loops/work-loop.ts'
import { newFeature } from '../release/feature-state.ts'
import type { ReleaseEvent } from '../release/release-event.ts'
import { changesSince, changesText } from '../store/apply-event.ts'
import type { Store } from '../store/store.ts'
import { expiryTime } from '../store/store-clock.ts'
import { timeOfDay } from '../words/moments.ts'
import { approvalRow, controlPlaneItself, releaseBasis } from './approval-row.ts'
import { notPassedBefore, releaseOrder } from './release-order.ts'

type Readable = Pick<Store, 'head' | 'feature' | 'version' | 'tokenById' | 'audit' | 'auditHead'>

/** Why what was proposed does not hold any more; null where it does, and of whatever is not open. */
export async function whyLapsed(
  store: Readable,
  proposal: Proposal,
  { now, environments }: { now: number; environments: Environments },
): Promise<string | null> {
  const { feature, wish: release, proposedBy, expiresAt, seen, epoch, basis, state } = proposal
  if (state !== 'open') return null
  if (expiresAt !== null && now >= expiresAt) return `nobody had approved it by ${timeOfDay(expiresAt)}`
  const [head, stored, version, proposer] = await Promise.all([
    store.head(),
    store.feature(feature),
    store.version(feature, release.version),
    proposedBy.tokenId === null ? undefined : store.tokenById(proposedBy.tokenId),
  ])
  // What became of it in the meantime is not in an older state: it may have been rejected, or made.
  if (head.epoch !== epoch) return 'the store has gone back to an older state since it was proposed'
  if (!proposer || proposer.revokedAt !== null) return `the token "${proposedBy.name}", which proposed it, was revoked`
  if (proposer.scopes.length === 0) return `${proposedBy.name}, who proposed it, has no role any more`
  if (!version) return `${feature} has no version ${release.version} any more`
  if (releaseBasis(version) !== basis) return `the settings or the gate report of ${release.version} have changed`
  // In an environment it may be the first release of the feature.
  const before = stored ?? newFeature(feature)
  const changes = await changesSince(store, before, seen)
  if (changes) return `${feature} has changed since it was proposed${changesText(changes)}`
  const isNew = release.act === 'activate' || release.act === 'start'
  const event: ReleaseEvent = { type: 'activate', version: release.version, reason: '-' }
  const order = isNew ? await releaseOrder({ store, environments }, before, event) : null
  return order?.fault ? notPassedBefore : null
}

/** Ends a proposal that does not hold any more. False where somebody else has changed it meanwhile. */
export async function lapse(
  store: Pick<Store, 'commit'>,
  proposal: Proposal,
  { at, why }: { at: number; why: string },
): Promise<boolean> {
  const step = { at, by: controlPlaneItself, reason: why }
  const next: Proposal = { ...proposal, state: 'lapsed', ended: { at, ...step.by, reason: why } }
  const result = await store.commit({ proposal: next, audit: approvalRow('approval.lapse', next, step) })
  return result.outcome === 'committed'
}

const everyMs = 15_000

/**
 * Ends proposals that have expired or do not hold any more, so that nobody is asked for them in vain. Each replica
 * does: of two, one is refused by the store.
 */
export function startLapseWatch({
  store,
  clock,
  environments,
  faults,
}: {
  store: Readable & Pick<Store, 'now' | 'commit' | 'pendingProposals'>
  clock: Clock
  environments: Environments
  faults: LoopFaults
}): WorkLoop {
  return startWorkLoop({
    clock,
    everyMs,
    ...faults,
    async work() {
      const pending = await store.pendingProposals(null)
      faults.keepOnly(pending.map(({ feature }) => feature))
      for (const proposal of pending) {
        await faults.attempt(proposal.feature, async () => {
          const why = await whyLapsed(store, proposal, { now: expiryTime(store, clock), environments })
          if (why !== null) await lapse(store, proposal, { at: clock.now(), why })
        })
      }
      return false
    },
  })
}
