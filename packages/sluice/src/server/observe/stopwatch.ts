import type { Clock } from '@sluice/client'

/** Starts to measure; returns how many ms have passed since. A step of the wall clock is no time. */
export function stopwatch(clock: Clock): () => number {
  const now = () => clock.steady?.() ?? clock.now()
  const began = now()
  return () => Math.max(0, now() - began)
}
