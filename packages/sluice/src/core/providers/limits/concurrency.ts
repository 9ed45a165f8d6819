import type { Sleep } from '../clock.ts'

type SlotOutcome = 'ok' | 'overloaded' | 'failed'

/** The right to have one call in flight; given back once. */
export interface Slot {
  release(outcome: SlotOutcome): void
}

/** How many calls may be in flight at once, found by trying. */
export interface Limiter {
  /** Between 1 and the cap; whole calls only count. */
  readonly limit: number
  /** Waits for a free slot, first come first served. Rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<Slot>
  /** Lets no further call start for this long. */
  pause(ms: number): void
}

export interface LimiterOptions {
  cap: number
  clock: () => number
  sleep: Sleep
}

/**
 * Additive increase, multiplicative decrease: starts at the cap, halves when the provider says it is overloaded, and
 * grows by about one call per round of answers. Calls that were already under way when it halved do not halve it again.
 */
export function createLimiter({ cap, clock, sleep }: LimiterOptions): Limiter {
  let limit = cap
  let inFlight = 0
  let wave = 0
  let pausedUntil = Number.NEGATIVE_INFINITY
  const queue = new Set<(slot: Slot | undefined) => void>()

  const take = (): Slot => {
    const started = wave
    inFlight += 1
    return {
      release(outcome) {
        inFlight -= 1
        if (outcome === 'ok') limit = Math.min(cap, limit + 1 / limit)
        else if (outcome === 'overloaded' && started === wave) {
          limit = Math.max(1, limit / 2)
          wave += 1
        }
        admit()
      },
    }
  }
  const isFree = () => inFlight < Math.floor(limit)
  const isPaused = () => clock() < pausedUntil
  /** Hands free slots to those who wait; during a pause it sends them back to wait it out, each on its own timer. */
  const admit = () => {
    for (const enter of queue) {
      if (!isPaused() && !isFree()) return
      queue.delete(enter)
      enter(isPaused() ? undefined : take())
    }
  }
  const queueUp = (signal: AbortSignal) =>
    new Promise<Slot | undefined>((resolve, reject) => {
      const leave = () => {
        queue.delete(enter)
        reject(signal.reason)
      }
      const enter = (slot: Slot | undefined) => {
        signal.removeEventListener('abort', leave)
        resolve(slot)
      }
      queue.add(enter)
      signal.addEventListener('abort', leave, { once: true })
    })

  return {
    get limit() {
      return limit
    },
    async acquire(signal) {
      for (;;) {
        signal.throwIfAborted()
        if (isPaused()) {
          await sleep(pausedUntil - clock(), signal)
          continue
        }
        const slot = isFree() && queue.size === 0 ? take() : await queueUp(signal)
        if (slot) return slot
      }
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, clock() + ms)
      admit()
    },
  }
}
