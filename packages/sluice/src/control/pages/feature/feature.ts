import { formatAmount, formatCount } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { featureActLinks, rolloutActLinks } from '../act-links.ts'
import { appliedAddress, auditAddress, rolloutAddress } from '../addresses.ts'
import {
  cell,
  moment,
  type NamedVersion,
  notKnown,
  type StateTone,
  toned,
  versionName,
  wideTable,
} from '../elements.ts'
import { type FailingWork, failingSection } from '../failing.ts'
import type { PageContent } from '../layout.ts'
import { type FeatureRow, featureCells, featureColumns } from '../overview-row.ts'
import { type ListedProposal, waitingSection } from '../proposal.ts'
import { type EnvironmentStep, environmentSteps } from './environment-steps.ts'
import { type FeatureTimeline, featureTimeline } from './feature-chart.ts'
import { type VersionList, versionTable } from './feature-versions.ts'

/** A rollout, running or ended. Times in ms since the epoch. */
export interface ListedRollout {
  id: string
  canary: NamedVersion
  incumbent: NamedVersion
  state: string
  tone: StateTone
  startedAt: number
  startedBy: string
  /** The stage that it has reached, and of how many. */
  stage: { number: number; of: number; percent: number }
  /** Null while it runs. */
  ended: { at: number | null; by: string; reason: string } | null
  /** Why it was started without a gate that passed; null: it had one. */
  override: string | null
}

/** A stretch of time in which everybody got one version. */
export interface ListedActivation {
  version: NamedVersion
  since: number
  until: number | null
  /** Null: neither good nor bad. */
  tone: StateTone | null
  /** How it began and ended. */
  text: string
}

export interface FeaturePage {
  /** What is known of it now, as the overview has it. */
  row: FeatureRow
  /** What is not done at present for this feature and others. */
  failing: Pick<FailingWork, 'faults' | 'leader'>
  /** What acts on the running rollout need; null: none runs. */
  running: Parameters<typeof rolloutActLinks>[0] | null
  /** The reader may act. */
  mayAct: boolean
  /** There is an earlier version that was good. */
  canGoBack: boolean
  /** Since when the active version is; null: none is active, or the history does not say. */
  activeSince: { at: number; promoted: boolean } | null
  /** What the last change took back; null: it took nothing back. */
  takenBack: { version: NamedVersion; at: number; by: string; reason: string } | null
  /** The releases of this feature that wait for approval or review. */
  waiting: readonly ListedProposal[]
  /** In each environment; empty: there are none. */
  environments: readonly EnvironmentStep[]
  timeline: FeatureTimeline
  list: VersionList
  rollouts: readonly ListedRollout[]
  /** The newest first. */
  activations: readonly ListedActivation[]
  /** How many more activations are stored than are listed. */
  moreActivations: number
}

/** All of one feature: what everybody gets and since when, how it came to that, and its versions. */
export function featurePage(page: FeaturePage): PageContent {
  const { row, timeline, list } = page
  const { feature } = row
  const main = html`<h1>${feature}</h1>
${sentence(page)}
${failingSection({ ...page.failing, rollouts: page.running === null ? 0 : 1 })}
${takenBack(page)}
${waitingSection(page.waiting)}
${page.running === null ? featureActLinks({ feature, isActive: row.active !== null, canGoBack: page.canGoBack }, page.mayAct) : rolloutActLinks(page.running, page.mayAct, { feature, canGoBack: page.canGoBack })}
${wideTable({ name: 'Now', head: featureColumns.slice(1), rows: [html`<tr>${featureCells(row)}</tr>`] })}
${environmentSteps(page.environments)}
<section><h2>Over time</h2>
${featureTimeline(timeline)}</section>
<section id="versions"><h2>Versions <small>${formatCount(list.total)}</small></h2>
${versionTable(feature, list, row.now)}</section>
<section><h2>Rollouts</h2>${rolloutTable(page)}</section>
<section><h2>What everybody got</h2>${activationTable(page)}</section>
<p class="muted"><a href="${appliedAddress(feature)}">Which instances have the last change</a>. Who changed what, and why: <a href="${auditAddress(feature)}">the audit log of ${feature}</a>. In a terminal: <code>sluice status</code>.</p>`
  const needs = row.health.some(({ tone }) => tone === 'bad') || row.rollout?.tone === 'bad'
  return { title: `${needs ? '(!) ' : ''}${feature}`, main }
}

function sentence({ row: { active, rollout, feature, now }, activeSince }: FeaturePage): Html {
  const first =
    active === null
      ? html`${toned('unknown', 'No version is active')}. Applications get nothing of it from here. To give one to everybody: <code>sluice activate ${feature} VERSION</code>`
      : html`Everybody ${rollout === null ? undefined : 'outside of the rollout '}gets ${versionName(active)}, ${
          activeSince === null
            ? html`since a time that is ${notKnown}`
            : html`since ${moment(activeSince.at, now)}${activeSince.promoted ? ', promoted from a rollout' : undefined}`
        }`
  const second =
    rollout === null
      ? undefined
      : html`<li>${versionName(rollout.canary)} is on trial: <a href="${rolloutAddress(rollout.id)}">${toned(rollout.tone, rollout.state)}</a></li>`
  return html`<ul class="facts"><li>${first}</li>${second}</ul>`
}

function takenBack({ takenBack: taken, row: { now } }: FeaturePage): Html | undefined {
  if (taken === null) return undefined
  const { version, at, by, reason } = taken
  return html`<p class="note">${versionName(version)} was taken back ${moment(at, now)} by ${by}: ${reason}</p>`
}

function rolloutTable({ rollouts, row: { now } }: FeaturePage): Html {
  if (rollouts.length === 0)
    return html`<p class="empty">There was none. To try a version on a few users first: <code>sluice rollout start</code></p>`
  return wideTable({
    name: 'Rollouts',
    head: ['Rollout', 'State', 'Why', 'Reached', 'Started', 'Ended'],
    rows: rollouts.map((rollout) => rolloutRow(rollout, now)),
  })
}

function rolloutRow(rollout: ListedRollout, now: number): Html {
  const { id, canary, incumbent, state, tone, startedAt, startedBy, stage, ended, override } = rollout
  const { number, of, percent } = stage
  return html`<tr><th scope="row" data-column="Rollout"><a href="${rolloutAddress(id)}">${versionName(canary)}</a><small class="line">instead of ${versionName(incumbent)}</small></th>
${cell('State', toned(tone, state))}
${cell('Why', ended === null ? html`<span class="muted">it has not ended</span>` : html`<span class="line">${ended.reason}</span><small class="line">by ${ended.by}</small>`, 'wide')}
${cell('Reached', html`stage ${number} of ${formatCount(of)}<small class="line">${String(percent)} % of the users</small>`)}
${cell('Started', html`${moment(startedAt, now)} <small>by ${startedBy}</small>${override === null ? undefined : html`<small class="line">${toned('watch', 'without a gate that passed')}: ${override}</small>`}`)}
${cell('Ended', ended === null ? html`<span class="muted">it runs</span>` : ended.at === null ? notKnown : moment(ended.at, now))}</tr>
`
}

function activationTable({ activations, moreActivations, row: { now } }: FeaturePage): Html {
  if (activations.length === 0) return html`<p class="empty">Nothing yet: no version was ever active.</p>`
  const table = wideTable({
    name: 'What everybody got',
    head: ['Version', 'How', 'From', 'Until'],
    rows: activations.map(
      ({ version, since, until, tone, text }) =>
        html`<tr><th scope="row" data-column="Version">${versionName(version)}</th>
${cell('How', tone === null ? text : toned(tone, text))}
${cell('From', moment(since, now))}
${cell('Until', until === null ? 'now' : moment(until, now))}</tr>
`,
    ),
  })
  return html`${table}${moreActivations > 0 ? html`<p class="muted">and ${formatAmount(moreActivations, 'time')} before</p>` : undefined}`
}
