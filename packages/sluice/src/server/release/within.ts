import type { Clock } from '@sluice/client'

/** What comes of it, or undefined once `limitMs` is over: then nobody waits for it any longer. */
export async function within<T>(clock: Clock, limitMs: number, result: Promise<T>): Promise<T | undefined> {
  const over = Promise.withResolvers<undefined>()
  const timer = clock.setTimer(() => over.resolve(undefined), limitMs)
  return Promise.race([result, over.promise]).finally(() => clock.clearTimer(timer))
}
