import { elapsedSince, type Moment, momentOf, type Timer } from '@sluice/client'
import type { Fence, Lease, LeaseStore } from '../store/lease-store.ts'
import { startWorkLoop, type WorkLoop, type WorkLoopOptions } from './work-loop.ts'

/** What work knows of its leadership. */
export interface Lead {
  /** Whether this replica still is the one: to be asked before anything is decided. */
  held(): boolean
  /** To be sent with what is decided, so that it is refused where it arrives too late. */
  fence(): Fence | undefined
}

export interface LeaderLoopOptions extends Omit<WorkLoopOptions, 'work'> {
  store: Pick<LeaseStore, 'lead'>
  /** What is led: one replica does the work of this name at a time. */
  name: string
  work: (lead: Lead) => Promise<boolean | number>
  /** Told at each look that another replica leads. */
  onFollowing?: (() => void) | undefined
}

/** Work that takes longer than this, in ms, is taken for hung: another replica may lead. */
const longestWorkMs = 120_000

/** Renewed this often while a lease lasts, so that a failed attempt or two do not end it. */
const renewalsPerLease = 4

/**
 * A work loop of which only one replica's works. Another takes over when it is gone, frozen, cut off from the store or
 * hung: its lease ends by the store's clock, and is renewed only while the loop does work when it should.
 */
export function startLeaderLoop(options: LeaderLoopOptions): WorkLoop {
  const { store, name, work, onFollowing, ...others } = options
  const { clock } = others
  let lease: Lease | undefined
  let timer: Timer
  let workingSince: Moment | undefined
  const lead: Lead = { held: () => lease?.held() ?? false, fence: () => lease?.fence }
  const isHung = () => workingSince !== undefined && elapsedSince(clock, workingSince) > longestWorkMs

  function keep(kept: Lease): void {
    if (!Number.isFinite(kept.lastsMs)) return
    timer = clock.setTimer(() => {
      if (lease !== kept) return
      // A failure is seen by what asks whether it is held; the next attempt may succeed.
      if (!isHung()) void kept.renew().catch(() => undefined)
      keep(kept)
    }, kept.lastsMs / renewalsPerLease)
  }

  async function taken(): Promise<boolean> {
    if (lead.held()) return true
    clock.clearTimer(timer)
    lease = await store.lead(name)
    if (lease) keep(lease)
    else onFollowing?.()
    return lead.held()
  }

  const loop = startWorkLoop({
    ...others,
    async work() {
      if (!(await taken())) return false
      workingSince = momentOf(clock)
      try {
        return await work(lead)
      } finally {
        workingSince = undefined
      }
    },
  })
  return {
    async close() {
      await loop.close()
      clock.clearTimer(timer)
      // Where the store is away it ends by itself: no reason to fail at the end.
      await lease?.release().catch(() => undefined)
    },
  }
}
