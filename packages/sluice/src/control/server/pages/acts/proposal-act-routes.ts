import { type Environments, environmentName, keyBefore, shownKey } from '../../../../core/suite/config/environments.ts'
import type { Proposal } from '../../../../records/proposal.ts'
import { versionNamed } from '../../../approval/approval-row.ts'
import { notPassedBefore } from '../../../approval/release-order.ts'
import { type ActFault, type ActPage, actPage } from '../../../pages/act.ts'
import { compareAddress, proposalAddress, runAddress } from '../../../pages/addresses.ts'
import type { StateTone } from '../../../pages/elements.ts'
import type { PageContent } from '../../../pages/layout.ts'
import { type ListedProposal, type ProposalPage, proposalPage } from '../../../pages/proposal.ts'
import { whyNotPassed } from '../../../release/environment-order.ts'
import { newFeature } from '../../../release/feature-state.ts'
import { type Consequence, rolledBackBefore } from '../../../words/act-text.ts'
import { weakPassText } from '../../../words/gate-text.ts'
import { approversText, neededText, releaseActText, releaseTerms } from '../../../words/proposal-text.ts'
import { type Caller, hasScope, maySee, type TokenReach } from '../../access/caller.ts'
import type { Session } from '../../access/sessions.ts'
import { standingOn } from '../../approvals/approval-standing.ts'
import { approveProposal } from '../../approvals/approve.ts'
import { endProposal, endRefusal } from '../../approvals/end-proposal.ts'
import { findProposal } from '../../approvals/find-proposal.ts'
import { ofProposal, visibleProposals } from '../../approvals/proposal-routes.ts'
import { type ProposalView, proposalViewOf, proposalViews } from '../../approvals/proposal-view.ts'
import { unknownAuthor } from '../../needed-approval.ts'
import { releaseConsequence } from '../../release-consequence.ts'
import type { Services } from '../../services.ts'
import { defineAct, defineOwnPage, definePersonalPage, type PageRoute, type Viewer } from '../page-route.ts'
import { trafficSoon } from '../soon.ts'
import { actFields, attempt, formBasics, nothingSent, type Sent } from './act-attempt.ts'

/** What waits for somebody, of the features that the viewer may see; null: of all of them. */
export async function listedProposals(
  services: Services,
  viewer: Viewer,
  feature: string | null,
): Promise<ListedProposal[]> {
  const pending = await visibleProposals(services, viewer)
  const views = await proposalViews(
    services,
    pending.filter((one) => feature === null || one.feature === feature),
  )
  return views.map((view) => listed(view, services.environments))
}

function listed(view: ProposalView, names: Environments): ListedProposal {
  const { id, feature, wish: release, proposedBy, proposedAt } = view
  const act = releaseActText(release.act, versionNamed(view))
  return { id, feature: shownKey(feature, names), act, by: proposedBy.name, at: proposedAt, state: stateOf(view) }
}

function stateOf(view: ProposalView): { tone: StateTone; text: string } {
  const { state, lapsed } = view
  if (state === 'open' && lapsed !== null) return { tone: 'bad', text: `does not hold any more: ${lapsed}` }
  if (state === 'open') return { tone: 'watch', text: neededText(view) }
  if (state === 'unreviewed') return { tone: 'bad', text: 'made without approval, and reviewed by nobody' }
  if (state === 'done') return { tone: 'good', text: 'approved and made' }
  return { tone: 'unknown', text: state }
}

export const showProposalPage = definePersonalPage({
  path: '/proposals/{proposal}',
  params: ofProposal,
  async show({ params, viewer }, services) {
    const proposal = await findProposal(services, params.proposal, viewer)
    const view = await proposalViewOf(services, proposal)
    const { wish: release } = proposal
    const offered = await offeredActs(services, { proposal, view, viewer })
    return proposalPage({
      ...listed(view, services.environments),
      version: { id: release.version, label: proposal.label },
      reason: proposal.reason,
      ...(await consequenceOf(services, proposal)),
      approvals: view.approvals,
      approvers: approversText(view.approvers),
      expiresAt: proposal.expiresAt,
      ended: proposal.ended,
      rolloutId: proposal.rolloutId,
      notes: await notesOf(services, proposal, viewer),
      links: await linksOf(services, proposal),
      ...offered,
    })
  },
})

/** What the reader may do, and why they may not approve it where that is so. */
async function offeredActs(
  services: Services,
  { proposal, view, viewer }: { proposal: Proposal; view: ProposalView; viewer: Caller },
): Promise<Pick<ProposalPage, 'acts' | 'mayNot'>> {
  const mayDecide = hasScope(viewer, ['approver', 'operator'])
  const open = (Object.keys(acts) as ProposalAct[]).filter((act) => mayDecide && acts[act].from === proposal.state)
  const tried = await Promise.all(
    open.map(async (act) => ({ act, refusal: await refusalFor(services, act, { proposal, view, caller: viewer }) })),
  )
  return {
    acts: tried
      .filter(({ act, refusal }) => refusal === null && hasScope(viewer, acts[act].scopes))
      .map(({ act }) => ({ act, text: acts[act].button, isDanger: acts[act].isDanger })),
    mayNot: tried.find(({ act }) => act === 'approve' || act === 'review')?.refusal ?? null,
  }
}

/** What whoever decides on it should know of its version; nothing once it is over. */
async function notesOf(
  services: Services,
  { feature, wish: release, ended }: Proposal,
  viewer: TokenReach,
): Promise<ProposalPage['notes']> {
  const { store } = services
  if (ended) return []
  const [state, version] = await Promise.all([store.feature(feature), store.version(feature, release.version)])
  if (!version) return []
  const here = state ? rolledBackBefore(state, version) : null
  const earlier =
    release.act === 'activate' || release.act === 'start'
      ? await earlierFault(services, feature, viewer, release.version)
      : null
  const author = await unknownAuthor(services, version)
  return [
    ...[here, earlier, weakPassText(version.report)].flatMap((text) =>
      text === null ? [] : [{ tone: 'watch' as const, text }],
    ),
    ...(author === null ? [] : [{ tone: 'unknown' as const, text: author }]),
  ]
}

/** What speaks against a version in the environment before, as far as the viewer may see that one. */
async function earlierFault(
  { store, environments }: Services,
  feature: string,
  viewer: TokenReach,
  version: string,
): Promise<string | null> {
  const before = keyBefore(feature, environments)
  if (before === null) return null
  const why = whyNotPassed((await store.feature(before)) ?? newFeature(before), version)
  if (why === null) return null
  const told = maySee(viewer, before) ? `it ${why} in ${environmentName(before, environments)}` : notPassedBefore
  return `It may come too early: ${told}.`
}

/** Where one sees what the version changes, and how the gate judged it. */
async function linksOf({ store }: Services, { feature, wish: release }: Proposal): Promise<ProposalPage['links']> {
  const from = (await store.feature(feature))?.active ?? null
  const to = release.version
  return [
    ...(from === null || from === to
      ? []
      : [{ address: compareAddress(feature, { from, to }), text: 'What it changes, word by word' }]),
    { address: runAddress(feature, to), text: 'What the gate said' },
  ]
}

/** What follows from a proposal now; after its end, what followed when it was proposed. */
async function consequenceOf(
  services: Services,
  { feature, wish: release, does, ended }: Proposal,
): Promise<{ consequence: Consequence | null; isUnderWay: boolean }> {
  const state = ended ? undefined : await services.store.feature(feature)
  const [first, ...more] = does
  const kept = first === undefined ? null : { first, more }
  let isUnderWay = false
  const trafficOf = async (name: string) => {
    const traffic = await trafficSoon(services, name)
    isUnderWay = traffic === 'counting'
    return traffic
  }
  const now = state && (await releaseConsequence(services, state, release, trafficOf))
  return { consequence: now ? { ...now, more: [...now.more, ...releaseTerms(release)] } : kept, isUnderWay }
}

type ProposalAct = 'approve' | 'reject' | 'withdraw' | 'review'

interface Described {
  button: string
  isDanger: boolean
  from: Proposal['state']
  scopes: readonly ('approver' | 'operator')[]
  /** What it brings, beside what the release itself does. */
  note: string
}

const acts: Record<ProposalAct, Described> = {
  approve: {
    ...{ button: 'Approve', isDanger: false, from: 'open', scopes: ['approver', 'operator'] },
    note: 'The last approval that is needed makes the release.',
  },
  reject: {
    ...{ button: 'Reject', isDanger: true, from: 'open', scopes: ['approver', 'operator'] },
    note: 'Nothing is released, and the proposal is over.',
  },
  withdraw: {
    ...{ button: 'Withdraw', isDanger: false, from: 'open', scopes: ['operator'] },
    note: 'Nothing is released, and the proposal is over.',
  },
  review: {
    ...{ button: 'Say that it was reviewed', isDanger: false, from: 'unreviewed', scopes: ['approver', 'operator'] },
    note: 'It is not shown as waiting any more. What was released stays as it is.',
  },
}

/** Both steps of what people do to a proposal. */
export const proposalActRoutes: readonly PageRoute[] = (Object.keys(acts) as ProposalAct[]).flatMap((act) => [
  defineOwnPage({
    path: `/proposals/{proposal}/${act}`,
    scopes: acts[act].scopes,
    params: ofProposal,
    show: async ({ params, caller, session }, services) =>
      pageOf(services, { act, id: params.proposal, caller, session, sent: nothingSent, fault: null }),
  }),
  defineAct({
    path: `/proposals/{proposal}/${act}`,
    scopes: acts[act].scopes,
    params: ofProposal,
    form: actFields,
    async act({ params: { proposal: id }, form, request, requestId, caller, session }, services) {
      return attempt(
        { request, requestId, caller, form },
        async ({ write, reason }) => {
          if (act === 'approve') await approveProposal(services, write, id, reason)
          else await endProposal(services, write, id, { end: act, reason })
          return proposalAddress(id)
        },
        (fault, sent) => pageOf(services, { act, id, caller, session, sent, fault }),
      )
    },
  }),
])

interface Asked {
  act: ProposalAct
  id: string
  caller: Caller
  session: Session
  sent: Sent
  fault: ActFault | null
}

async function pageOf(services: Services, { act, id, caller, session, sent, fault }: Asked): Promise<PageContent> {
  const proposal = await findProposal(services, id, caller)
  const view = await proposalViewOf(services, proposal)
  const { act: what, by, state } = listed(view, services.environments)
  const { button, isDanger, from, note } = acts[act]
  const notes = await notesOf(services, proposal, caller)
  const page: ActPage = {
    title: `${button}: ${what}`,
    feature: shownKey(proposal.feature, services.environments),
    versions: [{ role: `proposed by ${by}`, version: { id: proposal.wish.version, label: proposal.label } }],
    state,
    ...(act === 'approve' ? await consequenceOf(services, proposal) : { consequence: null }),
    reach: null,
    known: [
      ...notes.map(({ text }) => text),
      ...(proposal.reason === null ? [] : [`${by}: ${proposal.reason}`]),
      ...view.approvals.map(({ name }) => `${name} has approved it.`),
    ],
    choices: [],
    others: [],
    notes: [note],
    refusal: proposal.state === from ? await refusalFor(services, act, { proposal, view, caller }) : state.text,
    fault,
    form: {
      ...formBasics(services, session, { revision: proposal.seen }, sent),
      ...{ button, isDanger, hidden: {}, override: null, undecidable: null },
    },
    back: { address: proposalAddress(id), text: 'the proposal' },
  }
  return actPage(page)
}

/** Why this person cannot do it; null where they can. */
async function refusalFor(
  services: Services,
  act: ProposalAct,
  { proposal, view, caller }: { proposal: Proposal; view: ProposalView; caller: Caller },
): Promise<string | null> {
  if (view.lapsed !== null) return `It does not hold any more: ${view.lapsed}.`
  if (act !== 'approve') return endRefusal(services, act, { proposal, caller })
  const why = await (await standingOn(services, proposal))?.refusalOf(caller.tokenId)
  return why ? `You may not approve this: ${why}.` : null
}
