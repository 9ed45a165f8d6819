import { formatAmount, formatCount, formatPercent } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { type AcknowledgementGrid, acknowledgementGrid } from '../acknowledgement-grid.ts'
import { appliedAddress } from '../addresses.ts'
import { cell, notKnown, revisionText, toned, wideTable } from '../elements.ts'

type ByArm = Readonly<Record<'canary' | 'incumbent', number>>

/** Who serves what, and who reports it. */
export interface ServingShares {
  feature: string
  /** The revision of the feature's last change. */
  revision: number
  /** The instances that may serve the feature, by revision, the newest first. */
  instances: readonly {
    /** -1: not reported yet; null: the reader may not see all that they have. */
    revision: number | null
    lacksChange: number
    current: number
    silent: number
    names: readonly string[]
  }[]
  /** Each of them, and whether it has the last change. */
  grid: AcknowledgementGrid
  /** Who has reported how much, the most first; null for who may not see that. */
  tokens:
    | readonly { name: string; share: number; users: ByArm; requests: ByArm; errors: ByArm; leftOut: boolean }[]
    | null
}

export function servingSection({ feature, revision, instances, grid, tokens }: ServingShares): Html {
  return html`<section id="serving"><h2>Who serves what</h2>
${
  instances.length === 0
    ? html`<p>${toned('unknown', 'No instance is connected')}: who serves the canary is ${notKnown}.</p>`
    : wideTable({
        name: 'Instances by revision',
        head: ['Revision', 'Instances', 'State'],
        rows: instances.map(instanceRow),
      })
}
<p class="muted"><small>The feature changed last with revision ${formatCount(revision)}. <a href="${appliedAddress(feature)}">Which instances have it</a></small></p>
${instances.length === 0 ? undefined : html`<details><summary>Each instance</summary>${acknowledgementGrid(grid)}</details>`}
${tokens === null || tokens.length === 0 ? undefined : html`<h3>Who reports</h3>${wideTable({ name: 'Who reports', head: ['Token', 'Share', 'Users', 'Failed'], rows: tokens.map(tokenRow) })}`}</section>`
}

const namesShown = 8

function instanceRow({ revision, lacksChange, current, silent, names }: ServingShares['instances'][number]): Html {
  const shown = names.slice(0, namesShown)
  const more = names.length - shown.length
  return html`<tr><th scope="row" data-column="Revision">${revisionText(revision)}</th>
${cell('Instances', html`${formatAmount(names.length, 'instance')} <small class="line">${shown.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}</small>`)}
${cell(
  'State',
  html`${current > 0 ? html`<span class="line">${toned('good', `${formatCount(current)} up to date`)}</span>` : undefined}${lacksChange > 0 ? html`<span class="line">${toned('bad', `${formatCount(lacksChange)} behind`)}</span>` : undefined}${silent > 0 ? html`<span class="line">${toned('watch', `${formatCount(silent)} silent`)}</span>` : undefined}`,
)}</tr>
`
}

function tokenRow({
  name,
  share,
  users,
  requests,
  errors,
  leftOut,
}: NonNullable<ServingShares['tokens']>[number]): Html {
  return html`<tr><th scope="row" data-column="Token">${name}${leftOut ? html` ${toned('bad', 'left out: its arms do not match')}` : undefined}</th>
${cell('Share', `${formatPercent(share)} of the requests`)}
${cell('Users', `${formatCount(users.canary)} of the canary, ${formatCount(users.incumbent)} of the incumbent`)}
${cell('Failed', `${formatCount(errors.canary)} of ${formatCount(requests.canary)} of the canary, ${formatCount(errors.incumbent)} of ${formatCount(requests.incumbent)} of the incumbent`)}</tr>
`
}
