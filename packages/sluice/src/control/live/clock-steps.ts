import type { Clock } from '@sluice/client'

/** More than this, in ms, no clock is adjusted by while it runs well. */
const stepMs = 600_000

/** How long a clock that has stepped is not believed, in ms: so long somebody has to put it right. */
const doubtMs = 3_600_000

/**
 * Tells whether the wall clock is to be believed where something is deleted for good by it. After a step of more than ten
 * minutes it is not for an hour; a machine that was suspended looks the same. To be asked regularly.
 */
export function clockSteps(clock: Clock): () => boolean {
  const steadyNow = () => clock.steady?.() ?? clock.now()
  let ahead = clock.now() - steadyNow()
  let believedFrom = Number.NEGATIVE_INFINITY
  return () => {
    const steady = steadyNow()
    const now = clock.now() - steady
    if (Math.abs(now - ahead) > stepMs) believedFrom = steady + doubtMs
    ahead = now
    return steady >= believedFrom
  }
}
