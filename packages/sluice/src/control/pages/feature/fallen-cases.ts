import { formatScore } from '../../../text/format.ts'
import { type Html, html } from '../../../text/markup.ts'
import { cell, notKnown, wideTable } from '../elements.ts'
import type { GateRecord } from './gate-record.ts'

/** The cases that fell most in the run of a version, with the scores of both sides. */
export function fallenCasesPart({ fallen, baseline, candidate }: GateRecord): Html {
  const known = baseline === null ? null : (baseline.label ?? baseline.id)
  if (known === null) return html`<p>There is no baseline in its run, so no case fell.</p>`
  if (fallen === null)
    return html`<p>Which cases fell is ${notKnown}: an earlier <code>sluice publish</code> did not send them. Publish the version again, with the report.</p>`
  if (fallen.length === 0) return html`<p>No case fell against ${known}.</p>`
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
<p class="muted"><small>At most 15, by their names and mean scores. One case that falls proves nothing: the verdict is of all.</small></p>`
}
