import type { Clock } from '@sluice/client'

/** Starts to measure; returns how many ms have passed since. A step of the wall clock is no time. */
export function stopwatch(clock: Clock): () => number {
  const now = () => clock.steady?.() ?? clock.now()
  const began = now()
  return () => Math.max(0, now() - began)
}

/** Does `work` again and again, `ms` after it was last begun. Returns how to stop it. */
export function every(clock: Clock, ms: number, work: () => void): () => void {
  const again = () => {
    timer = clock.setTimer(again, ms)
    work()
  }
  let timer = clock.setTimer(again, ms)
  return () => clock.clearTimer(timer)
}

/** What comes of it, or undefined once `limitMs` is over: then nobody waits for it any longer. */
export async function within<T>(clock: Clock, limitMs: number, result: Promise<T>): Promise<T | undefined> {
  const over = Promise.withResolvers<undefined>()
  const timer = clock.setTimer(() => over.resolve(undefined), limitMs)
  return Promise.race([result, over.promise]).finally(() => clock.clearTimer(timer))
}
