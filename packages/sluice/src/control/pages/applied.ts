import { html } from '../../text/markup.ts'
import { type AcknowledgementGrid, acknowledgementGrid } from './acknowledgement-grid.ts'
import { rolloutActLinks } from './act-links.ts'
import { featureAddress, rolloutAddress } from './addresses.ts'
import { moment, type NamedVersion, versionName } from './elements.ts'
import type { PageContent } from './layout.ts'

export interface AppliedPage {
  feature: string
  /** Null: none was ever active. */
  active: NamedVersion | null
  /** The running one; null: none runs. */
  rollout: Parameters<typeof rolloutActLinks>[0] | null
  mayAct: boolean
  /** What was done last; null where the log does not tell. At in ms since the epoch. */
  change: { by: string; text: string; version: NamedVersion | null; reason: string | null; at: number } | null
  grid: AcknowledgementGrid
}

/** The last change of a feature, and which instances have it. */
export function appliedPage({ feature, active, rollout, mayAct, change, grid }: AppliedPage): PageContent {
  const main = html`<p class="muted"><a href="${featureAddress(feature)}">${feature}</a></p>
<h1>${change ? `${change.by} ${change.text}` : 'The last change'}</h1>
${
  change
    ? html`<p>${change.version === null ? undefined : html`${versionName(change.version)}, `}${moment(change.at)}${change.reason === null ? undefined : `: ${change.reason}`}</p>`
    : undefined
}
<p>Everybody${rollout === null ? '' : ' who gets no canary'} gets ${active === null ? 'nothing: no version is active' : versionName(active)}.</p>
${rollout === null ? undefined : rolloutActLinks(rollout, mayAct)}
<h2>Which instances have it</h2>
${acknowledgementGrid(grid)}
<p>${rollout === null ? undefined : html`<a href="${rolloutAddress(rollout.id)}">To the rollout</a> · `}<a href="${featureAddress(feature)}">To ${feature}</a> · <a href="/">Overview</a></p>`
  return { title: `${feature}: the last change`, main }
}
