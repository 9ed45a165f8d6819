import type { Clock } from '@sluice/client'

/** Starts to measure. The returned function gives the ms since then. Steps of the wall clock do not count. */
export function stopwatch(clock: Clock): () => number {
  const now = () => clock.steady?.() ?? clock.now()
  const began = now()
  return () => Math.max(0, now() - began)
}

/** Calls `work` every `ms`. Returns a function that stops it. */
export function every(clock: Clock, ms: number, work: () => void): () => void {
  const again = () => {
    timer = clock.setTimer(again, ms)
    work()
  }
  let timer = clock.setTimer(again, ms)
  return () => clock.clearTimer(timer)
}

/** The result, or undefined if it takes longer than `limitMs`. */
export async function within<T>(clock: Clock, limitMs: number, result: Promise<T>): Promise<T | undefined> {
  const over = Promise.withResolvers<undefined>()
  const timer = clock.setTimer(() => over.resolve(undefined), limitMs)
  return Promise.race([result, over.promise]).finally(() => clock.clearTimer(timer))
}
