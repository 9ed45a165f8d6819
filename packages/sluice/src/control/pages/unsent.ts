import { html } from '../../text/markup.ts'
import type { PageContent } from './layout.ts'

export interface UnsentPage {
  /** Where the form is. */
  form: string
  /** What somebody had written into it. */
  written: readonly { name: string; label: string; text: string }[]
  /** How to go on. */
  to: string
  /** Somebody has signed in, but not in the session in which the form was made. */
  hasSession: boolean
}

/**
 * Says that a form was not taken, and keeps what was written: the script puts it into the form when that is open again.
 */
export function unsentPage({ form, written, to, hasSession }: UnsentPage): PageContent {
  const title = hasSession ? 'The form is of another session' : 'Your session has ended'
  const why = hasSession
    ? 'Somebody has signed in again in this browser since the form was opened.'
    : 'It ended before the form was sent.'
  const main = html`<section class="narrow unsent" data-unsent="${form}">
<h1>${title}</h1>
<p class="fault" role="alert"><b>Nothing was done.</b> ${why}${written.length === 0 ? undefined : ' What you had written is below: send it again.'}</p>
${written.map(
  ({ name, label, text }) => html`<label for="${name}">${label}, as you had written it</label>
<textarea id="${name}" name="${name}" rows="4" readonly>${text}</textarea>
`,
)}
<p><a class="button main" href="${to}">${hasSession ? 'To the form' : 'Sign in, and back to the form'}</a></p>
</section>`
  return { title, main }
}
