import { signInAddress } from '../addresses.ts'
import { followChanges } from './live.ts'
import { replaceMain } from './replace-main.ts'
import { keepUnsent } from './unsent.ts'

const state = document.getElementById('state')
if (state?.dataset.live) followChanges(state, state.dataset.live)
keepUnsent()
void completePage()
const signedIn = document.getElementById('signed-in')
if (signedIn?.dataset.next) void goOn(signedIn.dataset.next)

/**
 * Goes on to the page that was asked for, if somebody has signed in already. A browser that follows a link from another
 * site does not send the cookie, and so comes to the form first. A request from here sends it, and is sent on.
 */
async function goOn(next: string): Promise<void> {
  const form = signInAddress({ next, hasEnded: new URLSearchParams(location.search).has('ended') })
  const response = await fetch(form, { method: 'HEAD' }).catch(() => undefined)
  if (response?.redirected) location.replace(next)
}

const againMs = 1500

/** A page of which something is still being computed is asked for again, until it is whole. */
async function completePage(): Promise<void> {
  while (document.querySelector('[data-again]')) {
    await new Promise((resolve) => setTimeout(resolve, againMs))
    const response = await fetch(location.href).catch(() => undefined)
    if (!response?.ok || response.redirected) return
    replaceMain(await response.text())
  }
}
