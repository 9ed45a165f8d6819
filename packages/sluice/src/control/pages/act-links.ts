import type { Rollout } from '../../records/rollout/rollout.ts'
import { type Html, html } from '../../text/markup.ts'
import { hasEnded } from '../release/rollout-state.ts'
import { featureActAddress, rolloutActAddress } from './addresses.ts'

/**
 * Links to what a person can do to a rollout now, the one for an emergency first; nothing after its end, or for who may
 * not act. Each leads to a page that says what it does.
 *
 * @param besides where they stand for the feature as a whole; `canGoBack`: there is an earlier version that was good
 */
export function rolloutActLinks(
  rollout: Pick<Rollout, 'id' | 'status' | 'stage'> & { settings: { stages: readonly unknown[] } },
  mayAct: boolean,
  besides?: { feature: string; canGoBack: boolean },
): Html | undefined {
  const { id, status, stage, settings } = rollout
  if (!mayAct || hasEnded({ status })) return undefined
  const isLast = stage + 1 >= settings.stages.length
  const others =
    status === 'paused'
      ? { resume: 'Resume', abort: 'Abort' }
      : { pause: 'Pause', ...(!isLast && { advance: 'Advance' }), promote: 'Promote', abort: 'Abort' }
  const back = besides ? 'Roll back the canary' : 'Roll back'
  return html`<ul class="plain acts" aria-label="What can be done"><li><a class="button danger" href="${rolloutActAddress(id, 'rollback')}">${back} …</a></li>${Object.entries(others).map(([act, text]) => html`<li><a class="button" href="${rolloutActAddress(id, act)}">${text} …</a></li>`)}${besides && activeBackLink(besides)}</ul>`
}

/** Beside the acts of a running rollout: its incumbent may be the bad one. */
function activeBackLink({ feature, canGoBack }: { feature: string; canGoBack: boolean }): Html {
  return canGoBack
    ? html`<li><a class="button" href="${featureActAddress(feature, 'rollback')}">Take back the active version, which ends the canary too …</a></li>`
    : html`<li class="muted">There is no earlier version to go back to from the active one</li>`
}

/** The acts of a feature without a running rollout; `canGoBack`: there is an earlier version that was good. */
export function featureActLinks(
  { feature, isActive, canGoBack }: { feature: string; isActive: boolean; canGoBack: boolean },
  mayAct: boolean,
): Html | undefined {
  if (!mayAct) return undefined
  const to = (act: string, text: string, danger = '') =>
    html`<li><a class="button${danger}" href="${featureActAddress(feature, act)}">${text} …</a></li>`
  return html`<ul class="plain acts" aria-label="What can be done">${isActive ? (canGoBack ? to('rollback', 'Roll back', ' danger') : html`<li class="muted">There is no earlier version to roll back to</li>`) : undefined}${isActive ? to('start', 'Start a rollout') : undefined}${to('activate', 'Activate a version')}</ul>`
}
