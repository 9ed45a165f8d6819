import type { Clock } from '@sluice/client'

/** A page does not wait longer for what takes seconds the first time, in ms. */
const soonMs = 25

/** What is found soon, else `late`: then it is there for whoever asks again. */
export async function soon<T, const L>(clock: Clock, found: Promise<T>, late: L): Promise<T | L> {
  let timer: ReturnType<Clock['setTimer']> | undefined
  const isLate = new Promise<L>((resolve) => {
    timer = clock.setTimer(() => resolve(late), soonMs)
  })
  return Promise.race([found, isLate]).finally(() => timer !== undefined && clock.clearTimer(timer))
}
