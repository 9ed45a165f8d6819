import type { Command } from 'commander'
import type { ProposalStep } from '../../control/remote/remote-control-plane.ts'
import type { Host } from '../host.ts'
import { type Done, withRemoteOptions } from './options.ts'

/** Adds the commands for releases that wait for approval. */
export function addApprovals(program: Command, host: Host, done: Done): void {
  const step = (command: Command, name: ProposalStep, description: string, isReasonNeeded: boolean) => {
    const withId = withRemoteOptions(command).description(description).argument('<proposal>', 'its id')
    const reason = isReasonNeeded ? withId.requiredOption.bind(withId) : withId.option.bind(withId)
    reason('--reason <why>', 'kept in the audit log').action(async (id, options) =>
      done(await (await import('../release/approvals.ts')).decideOnProposal(name, id, options, host)),
    )
  }
  const approvals = withRemoteOptions(program.command('approvals'))
    .description('list releases that wait for approval, and those made without one that nobody has reviewed')
    .action(async (options) => done(await (await import('../release/approvals.ts')).listApprovals(options, host)))
  step(approvals.command('withdraw'), 'withdraw', 'take back a proposal of your own', false)
  step(approvals.command('review'), 'review', 'say that a release without approval was looked at', true)
  step(
    program.command('approve'),
    'approve',
    'approve a release; the last approval that it needs carries it out',
    false,
  )
  step(program.command('reject'), 'reject', 'end a proposal: nothing is released', true)
}
