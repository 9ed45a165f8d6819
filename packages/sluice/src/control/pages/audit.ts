import type { AuditHead, AuditRow } from '../../records/audit-row.ts'
import { formatAmount, formatCount } from '../../text/format.ts'
import { type Html, html } from '../../text/markup.ts'
import { excerpt } from '../../text/untrusted.ts'
import { systemChain } from '../release/audit.ts'
import type { ChainVerdict } from '../release/audit-chain.ts'
import { auditSubject } from '../words/audit-text.ts'
import { auditAddress, featureAddress } from './addresses.ts'
import { cell, moment, toned, wideTable } from './elements.ts'
import type { PageContent } from './layout.ts'
import { actionPart } from './rollout/log.ts'

/** Which rows are listed. Empty texts leave a part out. */
export interface AuditFilter {
  /** What the name of the act holds, e.g. `rollout`. */
  act: string
  /** What the name of the actor holds. */
  actor: string
  /** Days in UTC, `2026-11-24`, both included. */
  from: string
  until: string
  /** Only rows before this one. */
  before: number | null
}

export interface AuditPage {
  /** A feature, or `_system`. */
  chain: string
  filter: AuditFilter
  /** The newest first. */
  rows: readonly AuditRow[]
  /** The labels of versions that these rows name, by their ids. */
  labels: ReadonlyMap<string, string>
  /** What the last row of the chain must be; null: it has none. */
  head: AuditHead | null
  /** The first row that was looked at; null: none was. */
  searchedTo: number | null
  /** Rows that were looked at and cannot be read. */
  unreadable: number
  /** When this is shown, ms since the epoch. */
  now: number
}

/** Who changed what, and why. */
export function auditPage(page: AuditPage): PageContent {
  const { chain, filter, rows, labels, head, unreadable, now } = page
  const main = html`<h1>Audit log of ${chainName(chain)}</h1>
<ul class="facts"><li>${head === null ? 'It has no rows.' : formatAmount(head.seq, 'row')}</li>
<li><a href="${auditAddress(chain)}/verification">Verify the chain</a></li><li><a href="${auditAddress(chain)}/export" download>Export all as JSON Lines</a></li></ul>
${filterForm(chain, filter)}
${unreadable === 0 ? undefined : html`<p>${toned('bad', `${formatAmount(unreadable, 'row')} here cannot be read`)}: they are missing below. <a href="${auditAddress(chain)}/verification">Verify the chain</a></p>`}
${
  rows.length === 0
    ? html`<p class="empty">${nothingToShow(page)} ${isFiltered(filter) ? html`<a href="${auditAddress(chain)}">Show all</a>` : undefined}</p>`
    : wideTable({
        name: 'Rows',
        head: ['Row', 'When', 'Who', 'Act', 'Of what', 'Why', 'Details'],
        rows: rows.map((of) => row(of, labels, now)),
      })
}
${further(page)}`
  return { title: `Audit log of ${chain}`, main }
}

/** Says nothing of rows that were not read: a search ends after so many. */
function nothingToShow({ head, filter, searchedTo }: AuditPage): string {
  if (head === null) return 'Every change will stand here: who, what and why.'
  if (searchedTo === null) return 'There are no rows before this one.'
  return isFiltered(filter) ? 'None of the rows that were read matches this filter.' : 'None of these rows can be read.'
}

function chainName(chain: string): Html {
  return chain === systemChain ? html`tokens and the system` : html`<a href="${featureAddress(chain)}">${chain}</a>`
}

const isFiltered = ({ act, actor, from, until }: AuditFilter) => `${act}${actor}${from}${until}` !== ''

function filterForm(chain: string, { act, actor, from, until }: AuditFilter): Html {
  const field = (name: string, label: string, value: string, type: string) =>
    html`<label>${label} <input name="${name}" type="${type}" value="${value}"></label>`
  return html`<form class="filter" method="get" action="${auditAddress(chain)}" role="search">
${field('act', 'Act', act, 'search')}${field('actor', 'Who', actor, 'search')}${field('from', 'From', from, 'date')}${field('until', 'Until', until, 'date')}<button>Show</button></form>`
}

/** Leads to the rows before. A search ends after so many rows, and says so. */
function further({ chain, filter, searchedTo, head }: AuditPage): Html | undefined {
  const { act, actor, from, until, before } = filter
  const address = (row: number | null) => {
    const given = { act, actor, from, until, before: row === null ? '' : String(row) }
    const kept = Object.entries(given).filter(([, value]) => value !== '')
    return `${auditAddress(chain)}${kept.length === 0 ? '' : `?${new URLSearchParams(kept)}`}`
  }
  const newest = before !== null && head !== null ? html`<a href="${address(null)}">Newest</a> ` : undefined
  const older =
    searchedTo !== null && searchedTo > 1
      ? html`<a href="${address(searchedTo)}" rel="next">Older than row ${formatCount(searchedTo)}</a>`
      : html`<span class="muted">these are the oldest rows</span>`
  const searched =
    isFiltered(filter) && searchedTo !== null && head !== null
      ? html`<p class="muted">Rows ${formatCount(searchedTo)} to ${formatCount(Math.min(head.seq, (before ?? Number.POSITIVE_INFINITY) - 1))} were read.</p>`
      : undefined
  return head === null ? undefined : html`${searched}<nav class="pager" aria-label="Rows">${newest}${older}</nav>`
}

const longestReason = 500
const longestDetail = 600

function row(of: AuditRow, labels: ReadonlyMap<string, string>, now: number): Html {
  const { seq, at, actor, reason, tokenId, before, after, evidence } = of
  const subject = auditSubject(of, labels)
  const details = { before, after, evidence, token: tokenId }
  return html`<tr><th scope="row" data-column="Row" id="row-${String(seq)}">${formatCount(seq)}</th>
${cell('When', moment(at, now))}
${cell('Who', actor)}
${cell('Act', html`<span>${actionPart(of)}</span>`)}
${cell('Of what', subject === '' ? html`<span class="muted">–</span>` : excerpt(subject, longestReason))}
${cell('Why', reason === null ? html`<span class="muted">no reason</span>` : excerpt(reason, longestReason), 'wide')}
${cell('Details', html`<details><summary>Show</summary>${Object.entries(details).map(([name, value]) => (value === null || value === undefined ? undefined : html`<b>${name}</b><pre tabindex="0">${excerpt(JSON.stringify(value), longestDetail)}</pre>`))}</details>`)}</tr>
`
}

export interface VerificationPage {
  chain: string
  /** What came out, with the number of rows that were looked at. */
  verdict: ChainVerdict
  head: AuditHead | null
  /** When it was read, ms since the epoch. */
  at: number
}

/** Whether the chain is as it was written, and what that does not show. */
export function verificationPage({ chain, verdict, head, at }: VerificationPage): PageContent {
  const result = verdict.ok
    ? head === null
      ? html`<p>${toned('unknown', 'There are no rows, so nothing was verified')}</p>`
      : html`<p>${toned('good', `All ${formatAmount(verdict.rows, 'row')} are as they were written`)}</p>
<ul><li>The content of each row gives its hash.</li><li>Each row names the hash of the row before it, from row 1 on: none is missing, moved or added between.</li>
<li>The store's own note of the last row is row ${formatCount(head.seq)}: no row is missing at the end. Its hash: <code class="id">${head.hash}</code></li></ul>`
    : html`<p>${toned('bad', `The chain does not hold: ${verdict.message}`)}</p>
<p>Keep a copy of the database before anything else is done, and compare the <a href="${auditAddress(chain)}/export" download>export</a> with an earlier one.</p>`
  const main = html`<h1>Verification of the audit log of ${chainName(chain)}</h1>
${result}
<p>Read ${moment(at)} by this control plane.</p>
<p class="note">What this does not show: whoever can write to the database can write a whole new chain with its note. Only a copy that is kept elsewhere, of the export or of the last hash, shows that. With an export: <code>sluice audit ${chain} --verify --file EXPORT</code></p>
<p><a href="${auditAddress(chain)}">To the rows</a></p>`
  return { title: `Verification of ${chain}`, main }
}
