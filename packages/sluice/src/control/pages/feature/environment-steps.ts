import { type Html, html } from '../../../text/markup.ts'
import { featureActAddress, featureAddress, rolloutAddress } from '../addresses.ts'
import { cell, type NamedVersion, type StateTone, toned, versionName, wideTable } from '../elements.ts'

/** What a feature is in one environment. */
export interface EnvironmentStep {
  /** The name of the environment. */
  name: string
  /** The feature in it, as it is addressed. */
  feature: string
  /** It is the one that the page is about. */
  isHere: boolean
  /** Null: no version is active. */
  active: NamedVersion | null
  /** Null: none runs. */
  rollout: { id: string; state: string; tone: StateTone } | null
  /** Where its version can go from here, and by which act; null: nowhere, or the reader may not do that. */
  release: { to: string; feature: string; act: 'start' | 'activate' } | null
}

/** What everybody gets in each environment, in the order in which versions move, and the act that moves one on. */
export function environmentSteps(steps: readonly EnvironmentStep[]): Html | undefined {
  if (steps.length === 0) return undefined
  return html`<section id="environments"><h2>Environments</h2>
${wideTable({ name: 'Environments', head: ['Environment', 'Everybody gets', 'Rollout', 'Next'], rows: steps.map(row) })}</section>`
}

function row({ name, feature, isHere, active, rollout, release }: EnvironmentStep): Html {
  const place = isHere
    ? html`<b aria-current="page">${name}</b>`
    : html`<a href="${featureAddress(feature)}">${name}</a>`
  return html`<tr><th scope="row" data-column="Environment">${place}</th>
${cell('Everybody gets', active === null ? html`<span class="muted">none is active</span>` : versionName(active))}
${cell('Rollout', rollout === null ? html`<span class="muted">none runs</span>` : html`<a href="${rolloutAddress(rollout.id)}">${toned(rollout.tone, rollout.state)}</a>`)}
${cell('Next', release === null || active === null ? html`<span class="muted">–</span>` : html`<a class="button" href="${featureActAddress(release.feature, release.act)}?version=${encodeURIComponent(active.id)}">Release to ${release.to} …</a>`)}</tr>
`
}
