import { formatChange, formatCount, formatInterval, formatPercent, formatScore } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { gateVerdictText } from '../../words/gate-text.ts'
import { compareAddress, featureAddress, runAddress } from '../addresses.ts'
import {
  cell,
  moment,
  type NamedVersion,
  notKnown,
  pager,
  type StateTone,
  toned,
  versionName,
  wideTable,
} from '../elements.ts'
import { verdictTones } from '../overview-row.ts'
import { type GateRecord, unscoredShare } from './gate-record.ts'

/** A published version. Times in ms since the epoch. */
export interface ShownVersion extends NamedVersion {
  /** `active since ...`, `canary at 5 %`, `rolled back`, ... */
  state: { tone: StateTone | null; text: string; at: number | null }
  model: string
  publishedAt: number
  publishedBy: string
  /** Where it comes from, e.g. a commit; null: not said. */
  source: string | null
  /** Null: it was published without a report. */
  gate: GateRecord | null
  /** What it is held against: the active version, else the one published before; null: there is no other. */
  against: NamedVersion | null
}

export interface VersionList {
  versions: readonly ShownVersion[]
  /** 1-based. */
  page: number
  pages: number
  total: number
  /** Rows of this page that cannot be read. */
  unreadable: number
}

/** The versions of a feature, the newest first. */
export function versionTable(
  feature: string,
  { versions, page, pages, total, unreadable }: VersionList,
  now: number,
): Html {
  return html`${
    unreadable === 0
      ? undefined
      : html`<p>${toned('bad', `${formatCount(unreadable)} on this page cannot be read`)}, and so are missing here. The log of the control plane names the rows.</p>`
  }
${
  versions.length === 0
    ? html`<p class="empty">No version was published.</p>`
    : wideTable({
        name: `Versions, ${formatCount(total)} in all`,
        head: ['Version', 'State', 'Gate', 'Published', 'Differences'],
        rows: versions.map((version) => row(feature, version, now)),
      })
}
${pager({ page, pages, to: (number) => `${featureAddress(feature)}?page=${number}#versions` })}`
}

function row(feature: string, version: ShownVersion, now: number): Html {
  const { id, state, model, publishedAt, publishedBy, source, against } = version
  return html`<tr><th scope="row" data-column="Version">${versionName(version)}<small class="line">${model}</small></th>
${cell('State', html`${state.tone === null ? state.text : toned(state.tone, state.text)}${state.at === null ? undefined : html` ${moment(state.at, now)}`}`)}
${cell('Gate', gateCell(feature, version, now))}
${cell('Published', html`${moment(publishedAt, now)} <small>by ${publishedBy}</small><small class="line">${source ?? 'where it comes from is not known'}</small>`)}
${cell('Differences', against === null ? html`<span class="muted">no other version</span>` : html`<a href="${compareAddress(feature, { from: against.id, to: id })}">with ${versionName(against)}</a>`)}</tr>
`
}

function gateCell(feature: string, { id, gate }: ShownVersion, now: number): Html {
  if (gate === null) return toned('unknown', 'published without a gate report')
  const { verdict, at, score, comparison } = gate
  const unscored = unscoredShare(gate)
  return html`<a href="${runAddress(feature, id)}">${toned(verdictTones[verdict], gateVerdictText(gate))}</a> ${at === null ? notKnown : moment(at, now)}
<small class="line">${score?.mean == null ? html`score ${notKnown}` : `score ${formatScore(score.mean)} ${formatInterval(score)}`}${comparison?.meanDifference == null ? undefined : `, ${formatChange(comparison.meanDifference)} to its baseline`}</small>
${unscored === null || unscored === 0 ? undefined : html`<small class="line">${toned('watch', `${formatPercent(unscored)} of the cases have no score`)}</small>`}`
}
