import type { TokenShare } from '../../../records/rollout/assessment.ts'
import type { RolloutSettings } from '../../../records/rollout/rollout-settings.ts'
import type { TokenEvidence } from '../evidence/tokens.ts'
import { assignmentMismatch, impossible, isDoubtful, requestsOf } from '../statistics/sample-ratio.ts'

/** The most first. */
export function tokenShares(byToken: readonly TokenEvidence[], settings: RolloutSettings): TokenShare[] {
  const all = byToken.reduce((sum, one) => sum + requestsOf(one), 0)
  return byToken
    .map((one) => ({
      tokenId: one.tokenId,
      share: requestsOf(one) / Math.max(1, all),
      requests: { ...one.requests },
      errors: { ...one.errors },
      users: { ...one.users },
      impossible: impossible(one.ignored),
      ignored: { ...one.ignored },
      logBayesFactor: assignmentMismatch(one, settings),
      leftOut: isDoubtful(one, settings, byToken.length),
    }))
    .sort((a, b) => b.share - a.share)
}

/** `token t-1 (12 impossible, 40 of 52 requests by the canary; failed: 38 of the canary's, 0 of the incumbent's)` */
function tokenText({ tokenId, impossible, requests, errors }: TokenShare): string {
  const name =
    tokenId === null ? 'outcomes of no known token' : tokenId === 'others' ? 'other tokens' : `token ${tokenId}`
  const wrong = impossible > 0 ? `${impossible} impossible, ` : ''
  const failed =
    errors.canary + errors.incumbent > 0
      ? `; failed: ${errors.canary} of the canary's, ${errors.incumbent} of the incumbent's`
      : ''
  return `${name} (${wrong}${requests.canary} of ${requests.canary + requests.incumbent} requests by the canary${failed})`
}

const named = 4

/** A few of them, and how many more. */
export function tokensText(tokens: readonly TokenShare[]): string {
  const more = tokens.length > named ? ` and ${tokens.length - named} more` : ''
  return `${tokens.slice(0, named).map(tokenText).join(', ')}${more}`
}

/** The message that tokens disagree. First come those whose canary fails more often than their incumbent. */
export function disputeText(tokens: readonly TokenShare[]): string {
  const excess = ({ requests, errors }: TokenShare) =>
    errors.canary / Math.max(1, requests.canary) - errors.incumbent / Math.max(1, requests.incumbent)
  const inOrder = tokens.toSorted((a, b) => excess(b) - excess(a))
  return `what some tokens report speaks against the canary, and the others do not confirm it: ${tokensText(inOrder)}`
}
