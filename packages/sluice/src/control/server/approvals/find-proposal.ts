import type { Proposal } from '../../../records/proposal.ts'
import { maySee, type TokenReach } from '../access/caller.ts'
import { notFound, Problem } from '../http/problem.ts'
import type { Checked } from '../route/route.ts'
import type { Services } from '../services.ts'

/** A write, by the parts that make it the same one when it is sent again. */
export type Write = Pick<Checked<unknown, unknown, unknown>, 'request' | 'caller' | 'body'>

/** A proposal after a request about it. */
export interface ChangedProposal {
  proposal: Proposal
  /** Whether this request repeats an earlier one. */
  repeated: boolean
}

/**
 * A proposal of a feature that the caller may see.
 * @throws Problem 404
 */
export async function findProposal(
  { store }: Pick<Services, 'store'>,
  id: string,
  caller: TokenReach,
): Promise<Proposal> {
  const found = await store.proposal(id)
  if (found && maySee(caller, found.feature)) return found
  throw notFound(`There is no proposal ${id}. What became of older ones is in the audit log of their feature.`)
}

export function busyProposal(id: string): Problem {
  return new Problem({ status: 409, code: 'busy', detail: `Proposal ${id} keeps being changed by others: try again.` })
}
