import { formatAmount, formatScore } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { cell, notKnown, wideTable } from '../elements.ts'
import type { GateRecord } from './gate-record.ts'

/** The cases that fell most in the run of a version, with the scores of both sides. */
export function fallenCasesPart(gate: GateRecord): Html {
  const { fallen, baseline, candidate } = gate
  const known = baseline === null ? null : (baseline.label ?? baseline.id)
  if (known === null) return html`<p>There is no baseline in its run, so no case fell.</p>`
  if (fallen === null)
    return html`<p>Which cases fell is ${notKnown}: an earlier <code>sluice publish</code> did not send them. Publish the version again, with the report.</p>`
  if (fallen.length === 0) return html`<p>${noneText(gate, known)}</p>`
  return html`${wideTable({
    // A comparison has one such table of each version.
    name: `The cases that fell most in the run of ${candidate?.id ?? 'this version'}`,
    head: ['Case', known, candidate === null ? 'This version' : (candidate.label ?? candidate.id), 'Change'],
    rows: fallen.map(
      ({ case: name, baselineScore, score }) =>
        html`<tr><th scope="row" data-column="Case">${name}</th>
${cell('Before', formatScore(baselineScore))}
${cell('After', formatScore(score))}
${cell('Change', formatScore(score - baselineScore))}</tr>
`,
    ),
  })}
<p class="muted"><small>${comparedText(gate)}At most 15, by their names and mean scores. One case that falls proves nothing: the verdict is of all.</small></p>`
}

/** Cases that are held out are compared, but not named. */
function namedPairs({ pairs, holdout }: GateRecord): { compared: number | null; held: number } {
  const held = holdout?.pairs ?? 0
  return { compared: pairs === null ? null : Math.max(0, pairs - held), held }
}

/** That none fell says little without how many could have. */
function noneText(gate: GateRecord, baseline: string): string {
  const { compared, held } = namedPairs(gate)
  const heldOut = held > 0 ? ' Cases that are held out are not named here.' : ''
  if (compared === null) return `No case fell against ${baseline}, but how many were compared is not known.`
  if (compared === 0)
    return `No ${held > 0 ? 'case that may be named' : 'case'} could be compared with ${baseline}.${heldOut}`
  return `Of ${formatAmount(compared, 'compared case')} none fell against ${baseline}.${heldOut}`
}

function comparedText(gate: GateRecord): string {
  const { compared } = namedPairs(gate)
  return compared === null ? '' : `Of ${formatAmount(compared, 'compared case')}. `
}
