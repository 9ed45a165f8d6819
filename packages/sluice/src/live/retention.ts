import type { Clock } from '@sluice/client'
import { startWorkLoop, type WorkLoop } from '../rollout/work-loop.ts'
import type { ContentStore } from '../store/content-store.ts'

const everyMs = 60_000

/** Deletes stored inputs and outputs, for real, within a minute of their time. */
export function startRetention(options: {
  store: ContentStore
  clock: Clock
  onError: (error: unknown, waitMs: number) => void
}): WorkLoop {
  const { store, clock, onError } = options
  return startWorkLoop({
    clock,
    everyMs,
    onError,
    async work() {
      await store.expireContent(clock.now())
      return false
    },
  })
}
