import { html } from '../../text/markup.ts'
import { type ActFault, faultLead } from './act.ts'
import type { PageContent } from './layout.ts'

export interface UnsentPage {
  /** Where the form is. */
  form: string
  /** What somebody had written into it. */
  written: readonly { name: string; label: string; text: string }[]
  /** How to go on. */
  to: string
  /** The session in which the form was made has ended, somebody has signed in again since, or something failed. */
  why: 'ended' | 'other' | ActFault
}

const sessions = {
  ended: { title: 'Your session has ended', text: 'It ended before the form was sent.' },
  other: {
    title: 'The form is of another session',
    text: 'Somebody has signed in again in this browser since the form was opened.',
  },
}

/**
 * Says that a form was not taken, and keeps what was written: the script puts it into the form when that is open again.
 */
export function unsentPage({ form, written, to, why }: UnsentPage): PageContent {
  const fault: ActFault = typeof why === 'string' ? { text: sessions[why].text, mayBeDone: false } : why
  const title = typeof why === 'string' ? sessions[why].title : 'The form could not be taken'
  const again = fault.mayBeDone ? 'Look first whether it was done, then send it again.' : 'Send it again.'
  const main = html`<section class="narrow unsent" data-unsent="${form}">
<h1>${title}</h1>
<p class="fault" role="alert"><b>${faultLead(fault)}</b> ${fault.text}${written.length === 0 ? undefined : ` What you had written is below. ${again}`}</p>
${written.map(
  ({ name, label, text }) => html`<label for="${name}">${label}, as you had written it</label>
<textarea id="${name}" name="${name}" rows="4" readonly>${text}</textarea>
`,
)}
<p><a class="button main" href="${to}">${why === 'ended' ? 'Sign in, and back to the form' : 'To the form'}</a></p>
</section>`
  return { title, main }
}
