import type { Lease, Store } from '../store/store.ts'
import { startWorkLoop, type WorkLoop, type WorkLoopOptions } from './work-loop.ts'

export interface LeaderLoopOptions extends Omit<WorkLoopOptions, 'work'> {
  store: Pick<Store, 'lead'>
  /** What is led: one replica does the work of this name at a time. */
  name: string
  /** `held` tells whether this replica still is the one: to be asked before anything is decided. */
  work: (held: () => boolean) => Promise<boolean>
}

/** A work loop of which only one replica's works; another one takes over when it is gone. */
export function startLeaderLoop({ store, name, work, ...options }: LeaderLoopOptions): WorkLoop {
  let lease: Lease | undefined
  const held = () => lease?.held() ?? false
  const loop = startWorkLoop({
    ...options,
    async work() {
      if (!held()) lease = await store.lead(name)
      return held() ? work(held) : false
    },
  })
  return {
    async close() {
      await loop.close()
      await lease?.release()
    },
  }
}
