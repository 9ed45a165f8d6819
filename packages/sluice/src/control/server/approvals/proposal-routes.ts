import { z } from 'zod'
import { readers } from '../../../records/token-scopes.ts'
import { maySee, refuseOtherFeature, type TokenReach } from '../access/caller.ts'
import type { HttpAnswer } from '../http/answer.ts'
import { ofFeature, reason } from '../route/fields.ts'
import { repeatedHeader } from '../route/idempotency.ts'
import { defineRoute, type HttpRoute } from '../route/route.ts'
import type { Services } from '../services.ts'
import { approveProposal } from './approve.ts'
import { endProposal, type ProposalEnd } from './end-proposal.ts'
import { type ChangedProposal, findProposal } from './find-proposal.ts'
import { proposalView, proposalViewOf, proposalViews } from './proposal-view.ts'
import { proposed, proposeRelease } from './propose.ts'

/** The parameters of a path that names a proposal. */
export const ofProposal = z.object({
  proposal: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be the id of a proposal')
    .meta({ description: 'Id of a proposal.' }),
})

export const propose = defineRoute({
  method: 'POST',
  path: '/v1/features/{feature}/proposals',
  summary: 'Propose a release that needs approval; nothing is released by that',
  scopes: ['operator', 'ci'],
  idempotent: true,
  params: ofFeature,
  body: proposed,
  answers: {
    200: { description: 'Proposed already, and it waits.', schema: proposalView },
    201: { description: 'It waits for approval.', schema: proposalView },
  },
  async handle(request, services) {
    const { caller, params, body } = request
    refuseOtherFeature(caller, params.feature)
    return answerOf(services, await proposeRelease(services, request, params.feature, body), 201)
  },
})

export const listProposals = defineRoute({
  method: 'GET',
  path: '/v1/proposals',
  summary: 'Releases that wait for approval, and those made without one that nobody has reviewed',
  scopes: ['ci', ...readers],
  answers: {
    200: {
      description: 'Oldest first.',
      schema: z.object({
        proposals: z.array(proposalView),
        unreadable: z.int().meta({ description: 'How many stored ones cannot be read, and are missing here.' }),
      }),
    },
  },
  async handle({ caller }, services) {
    const proposals = await visibleProposals(services, caller)
    const unreadable = services.store
      .damaged()
      .filter(({ kind, feature }) => kind === 'proposal' && feature !== null && maySee(caller, feature))
    return { status: 200, body: { proposals: await proposalViews(services, proposals), unreadable: unreadable.length } }
  },
})

/** The pending proposals of all features that somebody may see. */
export async function visibleProposals({ store }: Services, viewer: TokenReach) {
  return (await store.pendingProposals(null)).filter(({ feature }) => maySee(viewer, feature))
}

export const showProposal = defineRoute({
  method: 'GET',
  path: '/v1/proposals/{proposal}',
  summary: 'One proposal, also for 90 days after its end',
  scopes: ['ci', ...readers],
  params: ofProposal,
  answers: { 200: { description: 'The proposal.', schema: proposalView } },
  async handle({ params, caller }, services) {
    return { status: 200, body: await proposalViewOf(services, await findProposal(services, params.proposal, caller)) }
  },
})

export const approve = defineRoute({
  method: 'POST',
  path: '/v1/proposals/{proposal}/approve',
  summary: 'Approve a proposal; the last approval that it needs makes the release',
  scopes: ['operator', 'approver'],
  idempotent: true,
  params: ofProposal,
  body: z.strictObject({ reason: reason.exactOptional() }),
  answers: { 200: { description: 'Recorded; with the state `done` the release is made.', schema: proposalView } },
  async handle(request, services) {
    const { params, body } = request
    return answerOf(services, await approveProposal(services, request, params.proposal, body.reason ?? null), 200)
  },
})

function ending(
  end: ProposalEnd,
  summary: string,
  { scopes, needsReason }: Pick<HttpRoute, 'scopes'> & { needsReason: boolean },
): HttpRoute {
  return defineRoute({
    method: 'POST',
    path: `/v1/proposals/{proposal}/${end}`,
    summary,
    scopes,
    idempotent: true,
    params: ofProposal,
    body: z.strictObject({ reason: needsReason ? reason : reason.exactOptional() }),
    answers: { 200: { description: 'Recorded.', schema: proposalView } },
    async handle(request, services) {
      const { params, body } = request
      return answerOf(
        services,
        await endProposal(services, request, params.proposal, { end, reason: body.reason ?? null }),
        200,
      )
    },
  })
}

export const proposalEnds = [
  ending('reject', 'End a proposal: nothing is released', { scopes: ['operator', 'approver'], needsReason: true }),
  ending('withdraw', 'Take back a proposal of your own', { scopes: ['operator', 'ci'], needsReason: false }),
  ending('review', 'Say that a release without approval was looked at', {
    scopes: ['operator', 'approver'],
    needsReason: true,
  }),
]

async function answerOf(
  services: Services,
  { proposal, repeated }: ChangedProposal,
  status: number,
): Promise<HttpAnswer> {
  const body = await proposalViewOf(services, proposal)
  return { status: repeated && status === 201 ? 200 : status, body, ...(repeated && { headers: repeatedHeader }) }
}
