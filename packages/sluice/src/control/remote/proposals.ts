import { namedKey } from '../../core/suite/config/environments.ts'
import { formatAmount } from '../../text/format.ts'
import { hanging, wrap } from '../../text/layout.ts'
import { momentText } from '../words/moments.ts'
import { approversText, neededText, releaseActText } from '../words/proposal-text.ts'
import type { ProposalAnswer, ProposalsAnswer } from './answers.ts'
import { RefusalError } from './refusal.ts'

/** How a release is to be made that may need approval. */
export interface ApprovalChoice {
  /** Only proposed, also where it could be made at once. */
  propose: boolean
  /** Why it is made without the approval that it needs. */
  breakGlass: string | undefined
}

/** Makes a release; where it needs approval it is proposed instead. */
export async function madeOrProposed<T>(
  { propose }: Pick<ApprovalChoice, 'propose'>,
  release: { make(): Promise<T>; propose(): Promise<ProposalAnswer> },
): Promise<{ made: T } | { proposal: ProposalAnswer }> {
  if (propose) return { proposal: await release.propose() }
  try {
    return { made: await release.make() }
  } catch (error) {
    if (!(error instanceof RefusalError) || error.problem !== 'approval-needed') throw error
    return { proposal: await release.propose() }
  }
}

/** What a request says of it. */
export function unapproved({ breakGlass }: Pick<ApprovalChoice, 'breakGlass'>): { breakGlass?: { reason: string } } {
  return breakGlass === undefined ? {} : { breakGlass: { reason: breakGlass } }
}

/** A proposal in one line, for the status. */
export function proposalLine({ id, state, wish: release, label, proposedBy, missing, lapsed }: ProposalAnswer): string {
  const what = `${releaseActText(release.act, label ?? release.version)}, by ${proposedBy.name}`
  if (state === 'unreviewed') return `made without approval, not reviewed (${id}): ${what}`
  const needs =
    lapsed === null ? `${missing} more ${missing === 1 ? 'approval' : 'approvals'} needed` : 'does not hold any more'
  return `waits for approval (${id}): ${what}; ${needs}`
}

/** What waits for somebody, and how much more may. */
export function proposalsText({ proposals, unreadable }: ProposalsAnswer): string {
  const damaged = `${formatAmount(unreadable, 'stored proposal')} cannot be read, so more may wait than is listed. The log names them; restore a backup.\n`
  const nothing = proposals.length + unreadable === 0 ? ['nothing waits for approval or review\n'] : []
  return [...nothing, ...proposals.map(proposalText), ...(unreadable > 0 ? [damaged] : [])].join('\n')
}

/** A proposal for people: what it would do, who has approved it, and the next command. */
export function proposalText(proposal: ProposalAnswer): string {
  const { id, wish: release, label, reason, does, proposedBy, proposedAt } = proposal
  const act = releaseActText(release.act, label === null ? release.version : `${label} (${release.version})`)
  const head = `${namedKey(proposal)}: ${id}, ${act}, by ${proposedBy.name} ${momentText(proposedAt)}`
  const asked = reason === null ? [] : wrap(reason, 76).map((line) => `> ${line}`)
  const lines = [...asked, ...does.flatMap((text) => hanging(text, 78)), ...standingLines(proposal)]
  return `${[head, ...lines.map((line) => `  ${line}`)].join('\n')}\n`
}

function standingLines(proposal: ProposalAnswer): string[] {
  const { id, feature, state, approvals, approvers, expiresAt, lapsed, ended, rolloutId } = proposal
  const approved = approvals.length === 0 ? [] : [`approved by ${approvals.map(({ name }) => name).join(', ')}`]
  if (state === 'open') {
    const until = expiresAt === null ? '' : `, until ${momentText(expiresAt)}`
    if (lapsed !== null) return [...approved, `does not hold any more: ${lapsed}`]
    return [...approved, `${neededText(proposal)}${until}`, `sluice approve ${id}`]
  }
  if (state === 'unreviewed')
    return [
      `made without approval; to be reviewed by ${approversText(approvers)}`,
      `sluice approvals review ${id} --reason WHY`,
    ]
  const why = ended?.reason ? `: ${ended.reason}` : ''
  if (state !== 'done') return [`${state}${ended ? ` by ${ended.name} ${momentText(ended.at)}` : ''}${why}`]
  return [
    ...approved,
    `made${rolloutId === null ? '' : `: rollout ${rolloutId}`}`,
    `sluice ${rolloutId === null ? 'status' : `rollout status ${feature}`}`,
  ]
}
