import { formatCount } from '../../text/format.ts'
import { type Html, html } from '../../text/markup.ts'
import { excerpt } from '../../text/untrusted.ts'
import type { Consequence } from '../words/act-text.ts'
import { auditAddress, featureAddress, proposalActAddress, proposalAddress, rolloutAddress } from './addresses.ts'
import { moment, type NamedVersion, type StateTone, toned, versionName } from './elements.ts'
import type { PageContent } from './layout.ts'

/** A release that waits for approval, or that was made without one, in a line. */
export interface ListedProposal {
  id: string
  feature: string
  /** `start a rollout of 1.1` */
  act: string
  by: string
  /** ms since the epoch */
  at: number
  state: { tone: StateTone; text: string }
}

export interface ProposalPage extends ListedProposal {
  version: NamedVersion
  reason: string | null
  /** What it brings; null: not known any more. */
  consequence: Consequence | null
  /** Some of that is still being computed: the page asks for itself again. */
  isUnderWay: boolean
  /** Who has approved it, oldest first. */
  approvals: readonly { name: string; at: number; reason: string | null }[]
  /** Who may approve or review it: `the role approver`. */
  approvers: string
  /** ms since the epoch; null: it does not expire. */
  expiresAt: number | null
  /** Who ended it, and why; null while it waits for somebody. */
  ended: { name: string; at: number; reason: string | null } | null
  /** What speaks against its version, and what is not known of it. */
  notes: readonly { tone: StateTone; text: string }[]
  rolloutId: string | null
  /** What an approver wants to see first: the diff, the gate. */
  links: readonly { address: string; text: string }[]
  /** What the reader may try, each on a page of its own. */
  acts: readonly { act: string; text: string; isDanger: boolean }[]
  /** Why the reader may not approve or review it; null where they may, or could not in any case. */
  mayNot: string | null
}

const longestReason = 2000

/** So many are named; the overview of many features must not be a list of what waits. */
const namedWaiting = 20

/** What waits for somebody, first what is bad; nothing where nothing does. */
export function waitingSection(proposals: readonly ListedProposal[]): Html | undefined {
  if (proposals.length === 0) return undefined
  const isBad = proposals.some(({ state }) => state.tone === 'bad')
  const rank = ({ state }: ListedProposal) => (state.tone === 'bad' ? 0 : 1)
  const named = proposals.toSorted((a, b) => rank(a) - rank(b)).slice(0, namedWaiting)
  const others = proposals.length - named.length
  return html`<section class="${isBad ? 'warnings' : 'warnings calm'}" aria-label="Waits for approval or review"><h2>Waits for approval or review</h2><ul>${named.map(
    ({ id, feature, act, by, at, state }) =>
      html`<li><a href="${proposalAddress(id)}">${feature}: ${act}</a>, by ${by} ${moment(at)}: ${toned(state.tone, state.text)}</li>`,
  )}</ul>${others === 0 ? undefined : html`<p>and ${formatCount(others)} more, each on the page of its feature. All of them: <code>sluice approvals</code></p>`}</section>`
}

/** All of one proposal: what it would do, what it waits for, and who has said what. */
export function proposalPage(page: ProposalPage): PageContent {
  const { id, feature, act, by, at, state, version, reason, approvals, approvers, expiresAt, ended, rolloutId } = page
  const title = `${act.charAt(0).toUpperCase()}${act.slice(1)}`
  const isOpen = ended === null
  const main = html`<p class="muted"><a href="${featureAddress(feature)}">${feature}</a></p>
<h1>${title}</h1>
<ul class="facts"><li>${toned(state.tone, state.text)}</li>${isOpen && expiresAt !== null ? html`<li>lapses ${moment(expiresAt)}</li>` : undefined}<li>${versionName(version)}</li></ul>
${page.notes.map(({ tone, text }) => html`<p class="note">${toned(tone, text)}</p>`)}
${page.mayNot === null ? undefined : html`<p class="muted">${page.mayNot}</p>`}
${page.acts.length === 0 ? undefined : html`<ul class="plain acts" aria-label="What can be done">${page.acts.map((one) => html`<li><a class="${one.isDanger ? 'button danger' : 'button'}" href="${proposalActAddress(id, one.act)}">${one.text} …</a></li>`)}</ul>`}
<p>By <b>${by}</b> ${moment(at)}: ${reason === null ? html`<span class="muted">no reason given</span>` : excerpt(reason, longestReason)}</p>
${page.consequence === null ? undefined : html`<h2>What it does</h2><p class="consequence"${page.isUnderWay ? html` data-again` : undefined}>${page.consequence.first}</p><ul>${page.consequence.more.map((line) => html`<li>${excerpt(line, longestReason)}</li>`)}</ul>`}
${page.links.length === 0 ? undefined : html`<p>${page.links.map(({ address, text }, index) => html`${index === 0 ? '' : ' · '}<a href="${address}">${text}</a>`)}</p>`}
<h2>Who has said what</h2>
<ul class="plain">${approvals.map((one) => html`<li>approved by ${one.name} ${moment(one.at)}${one.reason === null ? undefined : `: ${excerpt(one.reason, longestReason)}`}</li>`)}${
    ended === null
      ? html`<li>asked: ${approvers}</li>`
      : html`<li>${state.text} by ${ended.name} ${moment(ended.at)}${ended.reason === null ? undefined : `: ${excerpt(ended.reason, longestReason)}`}</li>`
  }</ul>
<p class="muted">${rolloutId === null ? undefined : html`<a href="${rolloutAddress(rolloutId)}">To the rollout</a> · `}<a href="${featureAddress(feature)}">To ${feature}</a> · <a href="${auditAddress(feature)}">The audit log</a>. In a terminal: <code>sluice approvals</code></p>`
  return { title: `${title}: ${feature}`, main }
}
