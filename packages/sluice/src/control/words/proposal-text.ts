import type { ProposedRelease } from '../../records/proposal.ts'
import { formatAmount, formatCount } from '../../text/format.ts'

const acts: Record<string, (version: string) => string> = {
  activate: (version) => `give ${version} to everybody`,
  start: (version) => `start a rollout of ${version}`,
  advance: (version) => `advance the rollout of ${version}`,
  promote: (version) => `promote ${version}`,
}

/** What a proposal would do, e.g. `start a rollout of 1.1`. */
export function releaseActText(act: string, version: string): string {
  return acts[act]?.(version) ?? `${act} ${version}`
}

/**
 * What a release goes by beside its version and its settings, a sentence each. Whoever approves it approves that as
 * well.
 */
export function releaseTerms(release: ProposedRelease): string[] {
  const override = 'override' in release ? release.override : null
  return [...(override === null ? [] : [`It goes without a gate that passed: ${override}`]), ...startTerms(release)]
}

function startTerms(release: ProposedRelease): string[] {
  if (release.act !== 'start') return []
  const { supersede, acceptUndecided, traffic } = release
  const given = [
    ...(traffic?.requestsPerDay === undefined ? [] : [`${formatCount(traffic.requestsPerDay)} requests a day`]),
    ...(traffic?.users === undefined ? [] : [`${formatCount(traffic.users)} users a week`]),
  ]
  return [
    ...(supersede ? ['If another rollout runs, it ends for this one, without a verdict.'] : []),
    ...(acceptUndecided ? ['Its traffic may be too little to decide it: whoever proposes it accepts that.'] : []),
    ...(given.length === 0
      ? []
      : [`How it ends was forecast for traffic that was named, not measured: ${given.join(', ')}.`]),
  ]
}

type Approvers = { role: string } | readonly string[]

/** `the role approver`, `one of ann, t-3f2a91bc04d7` */
export function approversText(approvers: Approvers | null): string {
  if (approvers === null) return 'nobody: no rule says who'
  return 'role' in approvers ? `the role ${approvers.role}` : `one of ${approvers.join(', ')}`
}

/** `needs 1 more approval, by the role approver` */
export function neededText({ missing, approvers }: { missing: number; approvers: Approvers | null }): string {
  return `needs ${formatAmount(missing, 'more approval')}, by ${approversText(approvers)}`
}
