import type { Sleep } from '../clock.ts'

type SlotOutcome = 'ok' | 'overloaded' | 'failed'

/** Permission for one call in flight; it is released once. */
export interface Slot {
  release(outcome: SlotOutcome): void
}

/** Limits how many calls are in flight at once, and adapts the limit to the provider. */
export interface Limiter {
  /** From 1 to the cap; it is rounded down to whole calls. */
  readonly limit: number
  /** Waits for a free slot, in order of arrival. Rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<Slot>
  /** Starts no further call for this time. */
  pause(ms: number): void
}

export interface LimiterOptions {
  cap: number
  clock: () => number
  sleep: Sleep
}

/**
 * Additive increase, multiplicative decrease: the limit starts at the cap, is halved when the provider is overloaded,
 * and grows by about one call per round of answers. Calls that were under way when it was halved do not halve it again.
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
  /** Gives free slots to waiting calls. During a pause each of them waits for its end with its own timer. */
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
