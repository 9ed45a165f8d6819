import type { ReportedFault } from '../../records/loop-fault.ts'
import { formatAmount, formatCount } from '../../text/format.ts'
import { type Html, html } from '../../text/markup.ts'
import { moment } from './elements.ts'

/** What is not done at present, of which features may say nothing. */
export interface FailingWork {
  /** What fails, for all features or for one. */
  faults: readonly ReportedFault[]
  /** The replica that decides about the canaries; null: none does. */
  leader: string | null
  /** How many rollouts run of which the page tells. */
  rollouts: number
}

const faultsNamed = 10

/** The faults of no feature in particular: each feature may suffer from them. */
export function generalFaults(faults: readonly ReportedFault[]): ReportedFault[] {
  return faults.filter(({ feature }) => feature === null)
}

/** What is not done at present, whatever the features say. */
export function failingSection({ faults, leader, rollouts }: FailingWork): Html | undefined {
  const general = generalFaults(faults)
  const lines: Html[] = []
  if (leader === null && rollouts > 0)
    lines.push(
      html`<li><b>No replica leads the canaries</b>, so none advances or is rolled back by itself. Look at the log of the control plane.</li>`,
    )
  for (const { loop, code, since, failures } of general.slice(0, faultsNamed))
    lines.push(
      html`<li><b>${loop}</b> fails (${code}, ${formatAmount(failures, 'time')} in a row${since === null ? undefined : html`, since ${moment(since)}`}). The log of the control plane says why.</li>`,
    )
  if (general.length > faultsNamed) lines.push(html`<li>and ${formatCount(general.length - faultsNamed)} more</li>`)
  if (lines.length === 0) return undefined
  return html`<section class="warnings" aria-label="Failing"><h2>Failing</h2><ul>${lines}</ul></section>`
}
