import type { Clock } from '@sluice/client'
import { backoffMs } from '../../backoff.ts'

export interface WorkLoopOptions {
  clock: Clock
  /**
   * Does what there is to do; true where more is waiting, or how many ms it may rest now. Never called twice at a time.
   */
  work: () => Promise<boolean | number>
  /** It works at least this often, in ms. */
  everyMs: number
  /** Each is given how to wake the loop, and returns how to stop that. */
  wakers?: readonly ((wake: () => void) => () => void)[]
  /** Told of each failure, and after how many ms the work is tried again. */
  onError: (error: unknown, waitMs: number) => void
  /** Told of the first success after failures. */
  onRecovered?: (() => void) | undefined
  /** The longest wait between attempts that fail, in ms (default 5 s). */
  longestBackoffMs?: number
}

export interface WorkLoop {
  /** Resolves when the work under way has ended; nothing starts afterwards. */
  close(): Promise<void>
}

const firstBackoffMs = 100
const defaultLongestBackoffMs = 5000

/** Works when woken and at least every so often; after failures less and less often, whoever wakes it. */
export function startWorkLoop(options: WorkLoopOptions): WorkLoop {
  const {
    clock,
    work,
    everyMs,
    wakers = [],
    onError,
    onRecovered,
    longestBackoffMs = defaultLongestBackoffMs,
  } = options
  let closed = false
  let woken = false
  let failures = 0
  let endRest = () => {}
  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = clock.setTimer(resolve, ms)
      endRest = () => {
        clock.clearTimer(timer)
        resolve()
      }
    })
  const attempt = async (): Promise<number> => {
    woken = false
    try {
      const more = await work()
      if (failures > 0) onRecovered?.()
      failures = 0
      if (typeof more === 'number') return more
      return more ? 0 : everyMs
    } catch (error) {
      const waitMs = backoffMs({ firstMs: firstBackoffMs, longestMs: longestBackoffMs }, failures)
      failures += 1
      onError(error, waitMs)
      return waitMs
    }
  }
  const run = async () => {
    while (!closed) {
      const waitMs = await attempt()
      // Even with more to do others get a turn in between.
      if (!closed) await rest(woken && failures === 0 ? 0 : waitMs)
    }
  }
  const stops = wakers.map((subscribe) =>
    subscribe(() => {
      woken = true
      if (failures === 0) endRest()
    }),
  )
  const running = run()
  return {
    async close() {
      closed = true
      for (const stop of stops) stop()
      endRest()
      await running
    },
  }
}
