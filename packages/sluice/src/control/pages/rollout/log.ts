import { type Html, html } from '../../../text/markup.ts'
import { excerpt } from '../../../text/untrusted.ts'
import { actionText } from '../../release/audit.ts'
import type { LoggedChange } from '../../release/release-row.ts'
import { reasonLengths } from '../../words/reason-lengths.ts'
import { auditAddress } from '../addresses.ts'
import { cell, moment, wideTable } from '../elements.ts'

/** What was done, the newest first. */
export interface ShownLog {
  rows: readonly (LoggedChange & { seq: number; at: number; actor: string; reason: string | null })[]
  /** Older rows of the rollout are left out. */
  isCut: boolean
  feature: string
  now: number
}

export function logSection({ rows, isCut, feature, now }: ShownLog): Html {
  const shown = rows.map((row) => {
    const { seq, at, actor, reason } = row
    return html`<tr><th scope="row" data-column="When">${moment(at, now)} <small>row ${seq}</small></th>
${cell('Who', actor)}
${cell('What', actionPart(row))}
${cell('Why', reason === null ? html`<span class="muted">no reason given</span>` : excerpt(reason, reasonLengths.read), 'wide')}</tr>
`
  })
  return html`<section><h2>What was done</h2>
${rows.length === 0 ? html`<p class="muted">The log has no rows of this rollout.</p>` : wideTable({ name: 'What was done', head: ['When', 'Who', 'What', 'Why'], rows: shown })}
${isCut ? html`<p class="muted">Only the last rows; all of them: <a href="${auditAddress(feature)}">the audit log</a>, <code>sluice audit ${feature}</code></p>` : undefined}</section>`
}

/** What was done, in words where there are any, and as the log names it. */
export function actionPart(row: LoggedChange): Html {
  const code = html`<code>${row.action}</code>`
  const text = actionText(row)
  return text === row.action ? code : html`${text} <small class="line">${code}</small>`
}
