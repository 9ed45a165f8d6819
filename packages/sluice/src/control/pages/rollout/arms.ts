import type { ArmSummary, Figures } from '../../../records/rollout/assessment.ts'
import {
  formatAmount,
  formatCount,
  formatDuration,
  formatPercent,
  formatScore,
  formatUsd,
} from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { signalNames } from '../../rollout/assessment/signal-names.ts'
import { differenceText, marginText } from '../../words/figures-text.ts'
import type { UnaskedRow } from '../../words/unasked-text.ts'
import { cell, notKnown, wideTable } from '../elements.ts'

/** Both arms of a rollout, as its last assessment knows them. */
export interface ShownArms {
  /** Null before the first assessment, and of an assessment of an older release. */
  figures: Figures | null
  canary: ArmSummary | null
  incumbent: ArmSummary | null
  /** What decides nothing. */
  unasked: readonly UnaskedRow[]
}

type Arm = 'canary' | 'incumbent'

/** Means, rates and what lies between them, with the users that they are of. */
export function armsSection(arms: ShownArms): Html {
  const { figures } = arms
  if (!figures)
    return html`<section id="arms"><h2>Both arms</h2><p>Users, means and differences: ${notKnown}.</p></section>`
  const rows = [
    ...figures.signals.map((one) => signalRow(one)),
    ...arms.unasked.map(notAskedRow),
    plainRow(
      'latency',
      ({ meanLatencyMs }) => formatDuration(meanLatencyMs),
      ({ meanLatencyMs }) => meanLatencyMs,
      arms,
    ),
    plainRow(
      'cost of a request',
      ({ meanCostUsd }) => formatUsd(meanCostUsd),
      ({ meanCostUsd }) => meanCostUsd,
      arms,
    ),
  ]
  return html`<section id="arms"><h2>Both arms</h2>
<ul class="facts">${(['canary', 'incumbent'] as const).map((arm) => html`<li><b>${arm}</b>: ${usersOf(arm, figures)}</li>`)}</ul>
${wideTable({ name: 'Both arms', head: ['Signal', 'Canary', 'Incumbent', 'Difference', 'Ruled out by a promotion'], rows })}
<p class="muted"><small>Intervals are of 95 %, by users, and hold for one look. What decides is the evidence above, which holds however often one looks.</small></p></section>`
}

function usersOf(arm: Arm, { users, judged }: Figures): Html {
  return html`${formatAmount(users[arm], 'user')} <small>${formatCount(judged[arm].users)} of them judged, ${formatAmount(judged[arm].answers, 'answer')}</small>`
}

function signalRow({ signal, canary, incumbent, difference, margin }: Figures['signals'][number]): Html {
  const isScore = signal === 'score'
  const shown = (value: number) => (isScore ? formatScore(value) : formatPercent(value))
  const mean = (one: typeof canary) =>
    one === null
      ? notKnown
      : html`<b>${shown(one.value)}</b>${one.low === null || one.high === null ? undefined : html` <small>[${shown(Math.max(0, one.low))}, ${shown(Math.min(1, one.high))}]</small>`}<small class="line">of ${formatAmount(one.count, isScore ? 'answer' : 'request')}</small>`
  return html`<tr><th scope="row" data-column="Signal">${signalNames[signal] ?? signal}</th>
${cell('Canary', mean(canary))}
${cell('Incumbent', mean(incumbent))}
${cell('Difference', difference === null ? notKnown : html`<b>${differenceText(difference, signal)}</b>`)}
${cell('Ruled out by a promotion', `a ${isScore ? 'drop' : 'rise'} by ${marginText(margin, signal)}`)}</tr>
`
}

/** What is shown, and is no evidence by itself. */
function plainRow(
  name: string,
  text: (arm: ArmSummary) => string,
  value: (arm: ArmSummary) => number | null,
  { canary, incumbent }: ShownArms,
): Html {
  const shown = (arm: ArmSummary | null) => (arm === null || value(arm) === null ? null : text(arm))
  return notAskedRow({ name, canary: shown(canary), incumbent: shown(incumbent) })
}

function notAskedRow({ name, canary, incumbent }: UnaskedRow): Html {
  return html`<tr><th scope="row" data-column="Signal">${name}</th>
${cell('Canary', canary ?? notKnown)}
${cell('Incumbent', incumbent ?? notKnown)}
${cell('Difference', html`<span class="muted">–</span>`)}
${cell('Ruled out by a promotion', html`<span class="muted">not asked</span>`)}</tr>
`
}
