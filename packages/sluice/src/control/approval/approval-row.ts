import { createHash } from 'node:crypto'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import type { AuditDraft } from '../../records/audit-row.ts'
import type { Proposal, ProposedRelease } from '../../records/proposal.ts'
import type { VersionRecord } from '../../records/version.ts'

/** What the log calls each step. */
export type ApprovalAction =
  | 'approval.propose'
  | 'approval.approve'
  | 'approval.reject'
  | 'approval.withdraw'
  | 'approval.lapse'
  | 'approval.break-glass'
  | 'approval.review'

/** Who does something, when, and why. */
export interface ApprovalStep {
  at: number
  by: { tokenId: string | null; name: string }
  reason: string | null
}

/** The control plane itself. */
export const controlPlaneItself = { tokenId: null, name: 'sluice' }

/**
 * The row of a step, with the proposal as it is after it. It changes nothing that is served, so it has no state before.
 */
export function approvalRow(
  action: ApprovalAction,
  proposal: Proposal,
  { at, by, reason }: ApprovalStep,
  evidence: unknown = null,
): AuditDraft {
  const { id, feature, state, wish: release, does, seen, basis, proposedBy, approvals, expiresAt } = proposal
  return {
    chain: feature,
    at,
    actor: by.name,
    tokenId: by.tokenId,
    action,
    reason,
    before: null,
    after: {
      id,
      label: `${release.act} ${versionNamed(proposal)}`,
      proposal: { state, wish: release, does, seen, basis, proposedBy, approvals, expiresAt },
    },
    evidence,
  }
}

/** The label of the version, else its id. */
export function versionNamed({
  label,
  wish: release,
}: Pick<Proposal, 'label'> & { wish: Pick<ProposedRelease, 'version'> }): string {
  return label ?? release.version
}

/** Another one where anything has changed that a release of the version rests on. */
export function releaseBasis({ id, rollout, live, judge, rubric, report }: VersionRecord): string {
  const gate = report && { verdict: report.verdict, exitCode: report.exitCode, runId: report.runId }
  const text = canonicalJson({ id, rollout, live, judge, rubric, gate })
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
