import { html } from '../../text/markup.ts'
import type { PageContent } from './layout.ts'

export interface FaultPage {
  status: number
  /** What is wrong, in a sentence. */
  detail: string
  /** The log tells more of the request with this id. */
  requestId: string
}

const titles: Record<number, string> = {
  400: 'That address cannot be read',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'There is nothing here',
  405: 'Not possible here',
  409: 'The state does not allow it',
  413: 'Too long',
  415: 'Not readable',
  429: 'Too many requests',
  503: 'The store cannot be used at present',
}

/** Says what is wrong, and how to go on. */
export function faultPage({ status, detail, requestId }: FaultPage): PageContent {
  const title = titles[status] ?? (status >= 500 ? 'The server failed' : 'Refused')
  const main = html`<section class="narrow">
<h1>${title}</h1>
<p>${detail}</p>
<p><a href="/">To the overview</a></p>
<p class="muted"><small>Status ${status}, request <code>${requestId}</code>: the log of the control plane names it.</small></p>
</section>`
  return { title, main }
}
