import type { ProposalAnswer } from '../../control/remote/answers.ts'
import { proposalsText, proposalText } from '../../control/remote/proposals.ts'
import type { ProposalStep } from '../../control/remote/remote-control-plane.ts'
import { exitCodes } from '../../exit-codes.ts'
import { readFlags, remoteFlags, text } from '../flags.ts'
import type { Host } from '../host.ts'
import { connect, printDocument, type RemoteOptions } from '../session/connect.ts'

/** `sluice approvals`: what waits for somebody. */
export async function listApprovals(given: Record<string, unknown>, host: Host): Promise<number> {
  const options = readFlags('approvals', remoteFlags, given)
  printDocument(options, host, await connect(options, host).proposals(), proposalsText)
  return 0
}

/** `sluice approve`, `sluice reject` and the like: of a proposal by its id. */
export async function decideOnProposal(
  step: ProposalStep,
  id: string,
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const options = readFlags(step, { ...remoteFlags, reason: text.optional() }, given)
  const { reason } = options
  const proposal = await connect(options, host).decideOn(id, step, reason === undefined ? {} : { reason })
  printDocument(options, host, proposal, proposalText)
  return 0
}

/**
 * Prints a release that was proposed. Exit 0 where that was asked for; else 2, so that a script does not take it for
 * made.
 */
export function printProposed(
  proposal: ProposalAnswer,
  { propose, ...options }: RemoteOptions & { propose: boolean },
  host: Host,
): number {
  printDocument(
    options,
    host,
    proposal,
    (seen) => `${propose ? '' : 'Nothing is released yet: this needs approval.\n'}${proposalText(seen)}`,
  )
  return propose ? exitCodes.pass : exitCodes.inconclusive
}
