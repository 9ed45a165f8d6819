import { formatAmount } from '../../text/format.ts'

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
