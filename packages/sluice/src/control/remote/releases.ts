import type { FeatureAnswer, ProposalAnswer, ReleasedAnswer } from './answers.ts'
import { findVersion } from './find-version.ts'
import { type ApprovalChoice, madeOrProposed, unapproved } from './proposals.ts'
import type { RemoteControlPlane } from './remote-control-plane.ts'

/** Why a release is made, and how long to wait until all instances have confirmed it. */
export interface ReleaseReason {
  reason: string
  waitMs: number
}

/** Gives everybody a version, named by its label or id; `before` is what they had until then. */
export async function activateVersion(
  remote: RemoteControlPlane,
  name: string,
  request: ReleaseReason & ApprovalChoice & { wanted: string; override: string | undefined },
): Promise<{ answer: ReleasedAnswer; version: string; before: string | null } | { proposal: ProposalAnswer }> {
  const { wanted, override, reason, waitMs } = request
  const seen = await remote.feature(name)
  const version = findVersion(seen, wanted)
  const body = {
    version,
    reason,
    expectedRevision: seen.revision,
    ...(override !== undefined && { override: { reason: override } }),
  }
  const result = await madeOrProposed(request, {
    make: () => remote.activate(name, { ...body, waitMs, ...unapproved(request) }),
    propose: () => remote.propose(name, { act: 'activate', ...body }),
  })
  return 'proposal' in result ? result : { answer: result.made, version, before: seen.active }
}

/**
 * Takes back `from`, else the running canary, else the active version; goes to `to`, else to the last that was good.
 */
export async function rollBackFeature(
  remote: RemoteControlPlane,
  name: string,
  { from, to, reason, waitMs }: ReleaseReason & { from: string | undefined; to: string | undefined },
): Promise<ReleasedAnswer> {
  const seen = await remote.feature(name)
  const target = to === undefined ? {} : { to: findVersion(seen, to) }
  const meant = from === undefined ? takenBackBy(seen, to !== undefined) : findVersion(seen, from)
  const what = meant === undefined ? { expectedRevision: seen.revision } : { from: meant }
  return remote.rollBack(name, { ...what, ...target, reason, waitMs })
}

/**
 * What a rollback is for that does not say so: the canary or active version that is seen now, so that of two at the
 * same moment the second finds it gone. After another rollback it is for nothing, which the control plane refuses with
 * what has happened, unless it says where to go.
 */
function takenBackBy({ active, rollout, takenBack }: FeatureAnswer, hasTarget: boolean): string | undefined {
  if (rollout && rollout.ending === null) return rollout.canary
  return takenBack && !hasTarget ? undefined : (active ?? undefined)
}
