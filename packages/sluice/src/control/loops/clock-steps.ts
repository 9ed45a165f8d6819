import type { Clock } from '@sluice/client'
import { hourMs } from '../../time-units.ts'

/** In ms; a larger step is no normal adjustment of a clock. */
const stepMs = 600_000

/** How long a clock is not trusted after a step, in ms: the time in which somebody can correct it. */
const untrustedMs = hourMs

/**
 * Returns a function that says whether the wall clock can be trusted for deleting by age. It cannot for an hour after a
 * step of more than ten minutes, or after the machine was suspended, which looks the same. Call it regularly.
 */
export function clockSteps(clock: Clock): () => boolean {
  const steadyNow = () => clock.steady?.() ?? clock.now()
  let ahead = clock.now() - steadyNow()
  let trustedFrom = Number.NEGATIVE_INFINITY
  return () => {
    const steady = steadyNow()
    const now = clock.now() - steady
    if (Math.abs(now - ahead) > stepMs) trustedFrom = steady + untrustedMs
    ahead = now
    return steady >= trustedFrom
  }
}
