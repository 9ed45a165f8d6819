import { formatAmount, formatCount } from '../../text/format.ts'
import { html } from '../../text/markup.ts'
import type { GithubStanding } from '../github/github-progress.ts'
import { systemChain } from '../release/audit.ts'
import { auditAddress } from './addresses.ts'
import { cell, moment, notKnown, type StateTone, toned, wideTable } from './elements.ts'
import type { PageContent } from './layout.ts'

/** A token without its secret. Times in ms since the epoch. */
export interface ShownToken {
  id: string
  name: string
  scopes: readonly string[]
  /** Null: all. */
  features: readonly string[] | null
  /** Absent: all, and of an application the last one. */
  environments?: readonly string[]
  createdAt: number
  expiresAt: number | null
  revokedAt: number | null
  /** Who signs in by an identity provider; absent: whoever has the secret. */
  person?: { issuer: string; subject: string }
}

interface ShownFault {
  code: string
  since: number | null
  failures: number
}

export interface SettingsPage {
  own: ShownToken
  /** When the present session ends. */
  sessionEndsAt: number
  formKey: string
  /** Those that the reader may see; null: only an admin sees others. */
  tokens: readonly ShownToken[] | null
  /** The identity provider whose people are let in; null: there is none. */
  issuer: string | null
  /** Null: it was not set. */
  publicUrl: string | null
  /** Which releases need whose approval, by feature or pattern, as far as the reader may see; empty: none does. */
  approvals: readonly { features: string; text: string }[]
  /** Whether a server that was started since asks for other approvals than these. */
  othersAsk: boolean
  /** Who is told of rollbacks, stuck rollouts and drift; null: not known. `isTold`: a replica does that now. */
  channels: readonly { id: string; isFollowed: boolean; fault: ShownFault | null }[] | null
  /** Null: GitHub is told nothing. */
  github: GithubStanding | null
  /** Whether any replica does that now. */
  followsGithub: boolean
  /** What of it fails, as far as the reader may see; `feature` null: all of it. */
  githubFaults: readonly (ShownFault & { feature: string | null })[]
  now: number
}

/** Who has access, and the session of the reader. */
export function settingsPage({
  own,
  sessionEndsAt,
  formKey,
  tokens,
  issuer,
  publicUrl,
  approvals,
  othersAsk,
  channels,
  github,
  followsGithub,
  githubFaults,
  now,
}: SettingsPage): PageContent {
  const main = html`<h1>Settings</h1>
<section><h2>Your session</h2>
<p>You have signed in ${own.person ? html`at ${hostOf(own.person.issuer)} as` : 'with the token'} <b>${own.name}</b> <code class="id">${own.id}</code>: ${scopeText(own)}. The session ends ${moment(sessionEndsAt)}.</p>
<form method="post" action="/sign-out"><input type="hidden" name="formKey" value="${formKey}"><input type="hidden" name="everywhere" value="yes">
<button class="danger">Sign out everywhere</button> <small>Ends every session of ${own.person ? 'yours' : 'this token'}, in all browsers. ${own.person ? 'You can sign in again.' : 'The token itself goes on.'}</small></form></section>
<section><h2>Tokens and people</h2>
${
  tokens === null
    ? html`<p class="muted">Only a token of the scope <code>admin</code> sees the others.</p>`
    : wideTable({
        name: 'Tokens and people',
        head: ['Name', 'State', 'May', 'Features', 'Made', 'Id'],
        rows: tokens.map((token) => row(token, { issuer, now })),
      })
}
<p class="muted">In a terminal: <code>sluice token create NAME --scope viewer</code>, <code>sluice token revoke ID</code>; let a person sign in again with <code>sluice token reinstate ID</code>.${tokens !== null && own.features === null && !own.environments ? html` Who made and revoked which: <a href="${auditAddress(systemChain)}">the audit log of tokens</a>.` : undefined}</p></section>
<section><h2>Address</h2><p>${
    publicUrl === null
      ? html`Not set. Without <code>--public-url</code> messages have no links, and browsers send the cookie of a session without TLS too.`
      : html`<code>${publicUrl}</code>${publicUrl.startsWith('https:') ? undefined : html`. It has no TLS, so browsers send the cookie of a session unencrypted.`}`
  }</p></section>
<section><h2>Approvals</h2>${
    approvals.length === 0
      ? html`<p>No release that you may see needs approval. <code>server: {approvals: …}</code> in <code>sluice.yaml</code> changes that.</p>`
      : html`<ul>${approvals.map(({ features, text }) => html`<li><code>${features}</code>: ${text}</li>`)}</ul>`
  }${
    othersAsk
      ? html`<p>${toned('bad', 'A server that was started later asks for other approvals')}: releases that it makes follow its own rules. Start all servers with the same <code>sluice.yaml</code>. <code>sluice audit _system</code>, with a token of the scope <code>admin</code>, lists when the rules changed.</p>`
      : undefined
  }</section>
<section><h2>Notifications</h2>${channelsText(channels)}</section>
<section><h2>GitHub</h2>${githubText(github, { isFollowed: followsGithub, faults: githubFaults })}</section>`
  return { title: 'Settings', main }
}

function channelsText(channels: SettingsPage['channels']) {
  if (channels === null) return html`<p>Who is told of releases: ${notKnown}.</p>`
  if (channels.length === 0)
    return html`<p>Nobody is told when a canary is rolled back or stuck, or when production drifts. <code>notify: […]</code> in <code>sluice.yaml</code> changes that.</p>`
  return html`<ul>${channels.map((one) => html`<li><code>${one.id}</code>: ${channelState(one)}</li>`)}</ul>`
}

function channelState({ isFollowed, fault }: NonNullable<SettingsPage['channels']>[number]) {
  if (fault)
    return html`${toned('bad', `failed ${formatAmount(fault.failures, 'time')} in a row (${fault.code})`)}${sinceText(fault)}`
  if (!isFollowed) return toned('bad', 'no replica reports it now: look at the log of the control plane')
  return toned('unknown', 'no failure is known')
}

function sinceText({ since }: ShownFault) {
  return since === null ? undefined : html`, since ${moment(since)}`
}

const faultsNamed = 10

function githubText(
  github: GithubStanding | null,
  { isFollowed, faults }: { isFollowed: boolean; faults: SettingsPage['githubFaults'] },
) {
  if (!github)
    return html`<p>GitHub is not told of releases. <code>server: {github: …}</code> in <code>sluice.yaml</code> changes that.</p>`
  const { repository, link } = github
  const target = html`Releases and rollouts are reported to <code>${repository}</code>`
  const failing = githubFaultsText(faults)
  if (!link) return html`${failing}<p>${target}; nothing was reported yet.</p>`
  const { state, words, checkWay, since } = link
  const [usual, text] = githubStates[state]
  // Where it may not be told the evidence, less works than was asked for.
  const tone = state === 'works' && checkWay === null ? 'watch' : usual
  const way = checkWay === null ? 'nowhere' : checkWay === 'checkRun' ? 'in a check run' : 'in a commit status'
  if (!isFollowed)
    return html`<p>${toned('bad', 'No replica reports it now')}: look at the log of the control plane. Last: ${text.toLowerCase()}, since ${moment(since)}.</p><p>${target}.</p>`
  const word = failing !== undefined && state === 'works' ? 'For what else it is told it works' : toned(tone, text)
  return html`${failing}<p>${word} since ${moment(since)}${words === null ? undefined : html`: ${words}`}</p>
<p>${target}. The evidence stands ${way}.</p>`
}

function githubFaultsText(faults: SettingsPage['githubFaults']) {
  if (faults.length === 0) return undefined
  const lines = faults.slice(0, faultsNamed).map((fault) => {
    const of = fault.feature === null ? '' : ` for ${fault.feature}`
    return html`<li>${toned('bad', `Fails${of} (${fault.code}, ${formatAmount(fault.failures, 'time')} in a row)`)}${sinceText(fault)}</li>`
  })
  const more = faults.length - faultsNamed
  return html`<ul class="plain">${lines}${more > 0 ? html`<li>and ${formatCount(more)} more</li>` : undefined}</ul>
<p>The log of the control plane says why.</p>`
}

const githubStates = {
  works: ['good', 'Works'],
  fails: ['watch', 'Fails, and is tried again'],
  refused: ['bad', 'Refused'],
} as const satisfies Record<string, readonly [StateTone, string]>

function hostOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).host : issuer
}

function scopeText(token: ShownToken): string {
  const reach = reachText(token)
  return `${rightsText(token.scopes)}, ${reach === 'all' ? 'all features' : `only ${reach}`}`
}

/** `email-summary in staging` */
function reachText({ features, environments }: ShownToken): string {
  const names = features === null ? 'all' : features.join(', ')
  return environments ? `${names} in ${environments.join(', ')}` : names
}

/** A person whose groups have lost their role has none. */
function rightsText(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'nothing' : scopes.join(', ')
}

function row(token: ShownToken, present: Pick<SettingsPage, 'issuer' | 'now'>) {
  const { id, name, scopes, createdAt, person } = token
  const [tone, text, at] = stateOf(token, present)
  return html`<tr><th scope="row" data-column="Name">${name}</th>
${cell('State', html`${toned(tone, text)} ${at === null ? undefined : moment(at)}`)}
${cell('May', rightsText(scopes))}
${cell('Features', reachText(token))}
${cell('Made', moment(createdAt))}
${cell('Id', html`<code class="id">${id}</code>${person ? html` <small class="line">${person.subject} at ${person.issuer}</small>` : undefined}`)}</tr>
`
}

function stateOf(
  { scopes, expiresAt, revokedAt, person }: ShownToken,
  { issuer, now }: Pick<SettingsPage, 'issuer' | 'now'>,
): [StateTone, string, number | null] {
  if (revokedAt !== null) return ['unknown', 'revoked', revokedAt]
  if (person && person.issuer !== issuer) return ['unknown', 'their identity provider is not asked any more', null]
  if (person && scopes.length === 0) return ['unknown', 'no group of theirs has a role', null]
  if (person) return ['good', `signs in at ${hostOf(person.issuer)}`, null]
  if (expiresAt !== null && expiresAt <= now) return ['unknown', 'expired', expiresAt]
  return ['good', expiresAt === null ? 'valid until it is revoked' : 'valid until', expiresAt]
}
