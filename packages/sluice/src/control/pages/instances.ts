import type { EnvironmentRevision } from '../../records/instance.ts'
import { formatAmount, formatCount, formatDuration } from '../../text/format.ts'
import { html } from '../../text/markup.ts'
import { presentRevisionText } from '../words/present-revision.ts'
import { replicaText } from '../words/replica-text.ts'
import { cell, moment, notKnown, revisionText, type StateTone, toned, wideTable } from './elements.ts'
import type { PageContent } from './layout.ts'

/** A process with a client, and what it runs. Times in ms since the epoch. */
export interface ShownInstance {
  instance: string
  /** Null where it does not say. */
  client: string | null
  /** In which it is served; null where there are none, and for one that is no more. */
  environment: string | null
  /** -1: it has not reported yet; null: the reader may not see all that it has. */
  revision: number | null
  /** It has the present snapshot of its token. */
  upToDate: boolean
  /** What it lacks; null where it is up to date. */
  lag: keyof typeof lagTexts | null
  /** No report for three heartbeats. */
  silent: boolean
  /** It serves only the incumbents. */
  stale: boolean
  seenAt: number
  /** From then on it serves no canary unless it reaches the control plane. */
  mayServeUntil: number
}

export interface InstancesPage {
  /** The revision of the snapshot that the reader's token may see. */
  revision: number
  /** The one of each environment that the reader may see; empty where there are none. */
  environments: readonly EnvironmentRevision[]
  /** Those that lack something first; at most as many as are shown. */
  instances: readonly ShownInstance[]
  counts: { total: number; behind: number; silent: number }
  /** Which replica of the control plane does what for all of them. */
  leaders: readonly { work: string; replica: string }[]
  now: number
}

const lagTexts = {
  epoch: 'it has a state from before the store was restored',
  unknown: 'it has what this store has not sent',
  content: 'another content under the present number',
  revision: null,
}

const works: Record<string, string> = {
  controller: 'Canaries are advanced, and rolled back, by',
  drift: 'Drift is watched for by',
  judge: 'Live answers are sent to the judge by',
  notify: 'Notifications are sent by',
  github: 'GitHub is told of releases by',
}

/** Which process runs what. */
export function instancesPage({ revision, environments, instances, counts, leaders, now }: InstancesPage): PageContent {
  const { total, behind, silent } = counts
  const main = html`<h1>Instances</h1>
<ul class="facts"><li>${
    total === 0
      ? toned('unknown', 'None is connected')
      : behind + silent === 0
        ? toned('good', `All ${formatCount(total)} are up to date`)
        : toned(
            behind > 0 ? 'bad' : 'watch',
            `Of ${formatAmount(total, 'instance')} ${formatCount(behind)} behind, ${formatCount(silent)} silent`,
          )
  }</li><li>present revision ${presentRevisionText(revision, environments)}</li></ul>
${
  total === 0
    ? html`<section class="empty narrow"><p>An instance is a process with <code>@sluice/client</code>. It appears here when it asks for its first snapshot. Give it the address of this control plane and a token:</p>
<pre tabindex="0">sluice token create my-app --scope client</pre></section>`
    : wideTable({
        name: 'Instances',
        head: ['Instance', 'State', 'Revision', 'Client', 'Last report', 'May serve a canary'],
        rows: instances.map((one) => row(one, now)),
      })
}
${instances.length < total ? html`<p class="muted">and ${formatCount(total - instances.length)} more. Those that are behind come first, then silent ones, then those that are up to date; <code>sluice status</code> counts all.</p>` : undefined}
<h2>Background work of the control plane</h2>
${
  leaders.some(({ work }) => work === 'controller')
    ? undefined
    : html`<p>${toned('bad', 'No replica leads the canaries')}: none advances or is rolled back by itself.</p>`
}
${
  leaders.length === 0
    ? undefined
    : html`<ul>${leaders.map(({ work, replica }) => html`<li>${works[work.split(':', 1)[0] ?? work] ?? html`<code>${work}</code> is done by`} <b>${replicaText(replica)}</b></li>`)}</ul>`
}`
  return { title: behind > 0 ? `(${behind}) Instances` : 'Instances', main }
}

function row(
  { instance, client, environment, revision, upToDate, lag, silent, stale, seenAt, mayServeUntil }: ShownInstance,
  now: number,
) {
  const [tone, text]: [StateTone, string] = silent
    ? ['watch', `silent for ${formatDuration(Math.max(0, now - seenAt))}`]
    : upToDate
      ? ['good', 'up to date']
      : ['bad', 'behind']
  const why = lag === null ? null : lagTexts[lag]
  return html`<tr><th scope="row" data-column="Instance">${instance}</th>
${cell('State', html`${toned(tone, text)}${why === null ? undefined : html`<small class="line">${why}</small>`}${stale ? html`<small class="line">incumbents only</small>` : undefined}`)}
${cell('Revision', html`${revisionText(revision)}${environment === null ? undefined : html` <small>in ${environment}</small>`}`)}
${cell('Client', client ?? notKnown)}
${cell('Last report', moment(seenAt, now))}
${cell('May serve a canary', silent ? html`until ${moment(mayServeUntil, now)}` : 'while it reports')}</tr>
`
}
