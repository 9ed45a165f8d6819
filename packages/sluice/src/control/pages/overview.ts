import type { ReportedFault } from '../../records/loop-fault.ts'
import { formatAmount, formatCount } from '../../text/format.ts'
import { type Html, html } from '../../text/markup.ts'
import { pager, toned, wideTable } from './elements.ts'
import { failingSection, generalFaults } from './failing.ts'
import type { PageContent } from './layout.ts'
import { type FeatureRow, featureColumns, featureRow } from './overview-row.ts'
import { type ListedProposal, waitingSection } from './proposal.ts'

/** Which features are listed. */
interface OverviewFilter {
  /** Only those whose name holds this text. */
  search: string
  show: 'all' | 'attention' | 'rollouts'
  /** 1-based. */
  page: number
}

export interface OverviewPage {
  /** The features on this page of the list, those that need somebody first. */
  rows: readonly FeatureRow[]
  filter: OverviewFilter
  /** How many pages the list has, at least 1. */
  pages: number
  /**
   * How many features the reader may see, how many of them need attention, how many have a running rollout, and of how
   * many of these nothing alarms, but something could not be looked at.
   */
  counts: { all: number; attention: number; rollouts: number; unknown: number }
  instances: { total: number; behind: number; silent: number }
  faults: readonly ReportedFault[]
  /** The replica that decides about the canaries; null: none does. */
  leader: string | null
  /** The releases that wait for approval or review, of all features that the reader may see. */
  waiting: readonly ListedProposal[]
  /** The reader's token is limited to some features. */
  isLimited: boolean
}

/** What everybody gets, what runs, and what needs somebody: the first page that is looked at. */
export function overviewPage(page: OverviewPage): PageContent {
  const { counts, isLimited } = page
  const main = html`<h1>Overview</h1>
${sentence(page)}
${failingSection({ ...page, rollouts: counts.rollouts })}
${waitingSection(page.waiting)}
${counts.all === 0 ? emptyState(isLimited) : list(page)}`
  const title = counts.attention > 0 ? `(${counts.attention}) Overview` : 'Overview'
  return { title, main }
}

function sentence(page: OverviewPage): Html {
  const { counts, instances } = page
  const { total, behind, silent } = instances
  const away = [
    ...(behind > 0 ? [`${formatCount(behind)} behind`] : []),
    ...(silent > 0 ? [`${formatCount(silent)} silent`] : []),
  ]
  const instancesText =
    total === 0
      ? toned('unknown', 'no instance is connected')
      : away.length === 0
        ? toned('good', `${formatAmount(total, 'instance')} up to date`)
        : toned(behind > 0 ? 'bad' : 'watch', `of ${formatAmount(total, 'instance')} ${away.join(', ')}`)
  return html`<ul class="facts">${
    counts.all === 0
      ? undefined
      : html`${needs(page).map((need) => html`<li>${need}</li>`)}<li>${formatAmount(counts.rollouts, 'rollout')} running</li>`
  }<li><a href="/instances">${instancesText}</a></li></ul>`
}

/**
 * What needs somebody. Only rollouts, judges and background work are looked at in all features; the rest, in those that
 * are listed.
 */
function needs({ counts: { all, attention, rollouts, unknown }, rows, waiting, faults }: OverviewPage): Html[] {
  const verb = attention === 1 ? 'needs' : 'need'
  const drifted = rows.filter(({ drift }) => drift?.tone === 'bad').length
  const nights = rows.filter(({ night }) => night?.tone === 'bad').length
  const below = [
    ...(generalFaults(faults).length > 0 ? [toned('bad', 'background work for all features fails')] : []),
    ...(unknown > 0
      ? [
          toned(
            'unknown',
            `how ${formatCount(unknown)} of ${formatAmount(rollouts, 'running rollout')} ${unknown === 1 ? 'does' : 'do'} is not known`,
          ),
        ]
      : []),
    ...(waiting.length > 0
      ? [
          toned(
            'watch',
            `${formatAmount(waiting.length, 'release')} ${waiting.length === 1 ? 'waits' : 'wait'} for approval or review`,
          ),
        ]
      : []),
    ...(drifted > 0 ? [toned('bad', `${formatCount(drifted)} below with drift`)] : []),
    ...(nights > 0 ? [toned('bad', `${formatCount(nights)} below with a failed night`)] : []),
  ]
  if (attention > 0)
    return [toned('bad', `${formatAmount(attention, 'feature')} of ${formatCount(all)} ${verb} attention`), ...below]
  const none = `None of ${formatAmount(all, 'feature')} has a rollout that is held, raises an alarm or was rolled back today, nor background work of its own that fails`
  return [below.length === 0 ? toned('good', none) : html`${none}`, ...below]
}

function emptyState(isLimited: boolean): Html {
  return html`<section class="empty narrow"><h2>${isLimited ? 'No feature that this token may see' : 'No features yet'}</h2>
<p>A feature appears here once a version of it is published. In the project, after a gate that passed:</p>
<pre tabindex="0">sluice publish FEATURE</pre>
<p>It reads the address of this control plane from <code>SLUICE_URL</code>, and a token of the scope <code>ci</code> from <code>SLUICE_TOKEN</code>. No project yet? <code>sluice init</code> makes one.</p></section>`
}

function list(page: OverviewPage): Html {
  const { rows, filter, counts } = page
  return html`${filterForm(filter, counts)}
${rows.length === 0 ? html`<p class="empty">${nothingFound(filter)} <a href="/">Show all</a></p>` : wideTable({ name: 'Features', head: featureColumns, rows: rows.map(featureRow) })}
${pager({ page: filter.page, pages: page.pages, to: (number) => listAddress(filter, number) })}`
}

function nothingFound({ search, show }: OverviewFilter): string {
  const what = { all: 'No feature', attention: 'No feature that needs attention', rollouts: 'No running rollout' }[show]
  return search === '' ? `${what}.` : `${what} with "${search}" in its name.`
}

function filterForm({ search, show }: OverviewFilter, counts: OverviewPage['counts']): Html {
  const kinds: [OverviewFilter['show'], string, number][] = [
    ['all', 'All', counts.all],
    ['attention', 'Need attention', counts.attention],
    ['rollouts', 'Running rollouts', counts.rollouts],
  ]
  return html`<form class="filter" method="get" action="/" role="search">
<label class="unseen" for="search">Name of a feature</label><input id="search" name="search" type="search" value="${search}" placeholder="Name of a feature">
<fieldset><legend class="unseen">Show</legend>${kinds.map(
    ([kind, name, count]) =>
      html`<label><input type="radio" name="show" value="${kind}"${kind === show ? html` checked` : undefined}> ${name} <small>${formatCount(count)}</small></label>`,
  )}</fieldset><button>Show</button></form>`
}

function listAddress({ search, show }: OverviewFilter, page: number): string {
  const query = new URLSearchParams({
    ...(search !== '' && { search }),
    ...(show !== 'all' && { show }),
    page: String(page),
  })
  return `/?${query}`
}
