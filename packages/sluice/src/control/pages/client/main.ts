import { followChanges } from './live.ts'

const state = document.getElementById('state')
if (state?.dataset.live) followChanges(state, state.dataset.live)
const signedIn = document.getElementById('signed-in')
if (signedIn?.dataset.next) void goOn(signedIn.dataset.next)

/**
 * Goes on to the page that was asked for, if somebody has signed in already. A browser that follows a link from another
 * site does not send the cookie, and so comes to the form first. A request from here sends it, and is sent on.
 */
async function goOn(next: string): Promise<void> {
  const form = `/sign-in?${new URLSearchParams({ next })}`
  const response = await fetch(form, { method: 'HEAD' }).catch(() => undefined)
  if (response?.redirected) location.replace(next)
}
