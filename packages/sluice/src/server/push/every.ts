import type { Clock } from '@sluice/client'

/** Does `work` again and again, `ms` after it was last begun. Returns how to stop it. */
export function every(clock: Clock, ms: number, work: () => void): () => void {
  const again = () => {
    timer = clock.setTimer(again, ms)
    work()
  }
  let timer = clock.setTimer(again, ms)
  return () => clock.clearTimer(timer)
}
