import type { Clock } from '@sluice/client'

/** The life of a process. When it ends, nothing that the process has begun goes on: no timer, no answer, no write. */
export class Life {
  #alive = true
  readonly #onEnd: (() => void)[] = []

  get alive(): boolean {
    return this.#alive
  }

  /** Called when it ends. */
  onEnd(listener: () => void): void {
    this.#onEnd.push(listener)
  }

  end(): void {
    if (!this.#alive) return
    this.#alive = false
    for (const listener of this.#onEnd) listener()
  }
}

/** What a dead process waits for; one of its own, so that it is forgotten with the process. */
export const never = () => new Promise<never>(() => {})

/** The clock as a process sees it: the time of day is off by `skew` ms, and nothing fires after its death. */
export function clockOf(life: Life, clock: Clock, skew: () => number): Clock {
  return {
    now: () => clock.now() + skew(),
    steady: () => clock.now(),
    setTimer: (callback, ms) => clock.setTimer(() => life.alive && callback(), ms),
    clearTimer: (timer) => clock.clearTimer(timer),
  }
}
