import { html } from '../../text/markup.ts'
import { localAddress, oidcAddress } from './addresses.ts'
import type { PageContent } from './layout.ts'

export interface SignInPage {
  /** Where to go on, if it is a page of this control plane. */
  next: string
  /** Why the last attempt was refused. */
  fault?: string | undefined
  /** There was a session, which has ended. */
  hasEnded: boolean
  /** Whether the token would cross a network without encryption. */
  isOpen: boolean
  /** Where people of the company sign in; null: by tokens only. */
  provider: { name: string; base: string } | null
}

/** Leads to the identity provider, and asks for a token. */
export function signInPage({ next: wanted, fault, hasEnded, isOpen, provider }: SignInPage): PageContent {
  const next = localAddress(wanted)
  const main = html`<section class="narrow">
<h1>Sign in</h1>
${fault === undefined ? undefined : html`<p class="fault" role="alert" id="fault">${fault}</p>`}
${hasEnded ? html`<p class="note" role="status">Your session has ended. Sign in again, and you come back to where you were.</p>` : undefined}
${isOpen ? html`<p class="note">This connection is not encrypted: whoever can read the network can read your token. Open the page by <code>https</code>, behind a proxy with TLS.</p>` : undefined}
${
  provider === null
    ? undefined
    : html`<p><a class="button main" id="provider" href="${provider.base}${oidcAddress}?${String(new URLSearchParams({ next }))}">Sign in at ${provider.name}</a></p>
<h2>Or with a token</h2>`
}
<form method="post" action="/sign-in">
<input type="hidden" name="next" value="${next}">
<label for="token">Token</label>
<input id="token" name="token" type="password" required${provider === null ? html` autofocus` : undefined} autocomplete="current-password" spellcheck="false"${fault === undefined ? undefined : html` aria-describedby="fault"`}>
<button class="main">Sign in</button>
</form>
<p class="muted" id="signed-in" data-next="${next}"><a href="${next}">I have signed in already</a></p>
<h2>No token yet?</h2>
<p>Whoever runs this control plane makes one for you, in a terminal:</p>
<pre tabindex="0">sluice token create YOUR-NAME --scope viewer</pre>
<p class="muted"><code>viewer</code> looks, <code>operator</code> also acts, <code>approver</code> approves releases. The very first token is the server's <code>SLUICE_ADMIN_TOKEN</code>.</p>
</section>`
  return { title: 'Sign in', main }
}

/** Says who has signed in, and goes on by itself. */
export function signedInPage({ name, next }: { name: string; next: string }): PageContent {
  const main = html`<section class="narrow">
<h1>You have signed in</h1>
<p>As <b>${name}</b>. <a class="button main" href="${localAddress(next)}">Go on</a></p>
</section>`
  return { title: 'Signed in', main }
}
