import type { Clock } from '@sluice/client'
import { type BackoffSettings, backoffMs } from '../../backoff.ts'
import { SluiceError } from '../../errors.ts'
import type { ReportedFault } from '../../records/loop-fault.ts'
import { StoreError } from '../store/store-error.ts'

/** What keeps failing at present. */
export interface LoopFault extends ReportedFault {
  /** When the first failure in a row was, ms since the epoch. */
  since: number
}

/** The faults of one loop, feature by feature. */
export interface LoopFaults {
  /**
   * Works for one feature. What fails is noted and tried again later and later, while the others go on; undefined then,
   * and where it is not yet time for another attempt.
   * @throws StoreError that may pass: then nothing can be done for any feature
   */
  attempt<T>(feature: string, work: () => Promise<T>): Promise<T | undefined>
  /** Notes what was given up or waits by itself, until `settled`; null where it is about all features. */
  note(feature: string | null, error: unknown, waitMs: number): void
  settled(feature: string | null): void
  /** The features that it works for no more, or that are gone, have no faults any more. */
  keepOnly(features: Iterable<string>): void
  /** The features with faults. */
  failing(): string[]
  /** To be told of failures of the whole loop, and that it works again. */
  onError(error: unknown, waitMs: number): void
  onRecovered(): void
  /** To be told that another replica does the work, which then knows what fails. */
  onFollowing(): void
}

type Place = Pick<LoopFault, 'loop' | 'feature'>

export interface FaultRegister {
  of(loop: string): LoopFaults
  /** The oldest first. */
  current(): LoopFault[]
}

export interface FaultRegisterOptions {
  clock: Pick<Clock, 'now' | 'setTimer'>
  /** Told of each failure, and after how many ms it is tried again. */
  onError: (fault: LoopFault, error: unknown, waitMs: number) => void
  onRecovered?: (fault: LoopFault) => void
}

/** The longest wait is also the longest that a rollback may have to wait. */
const backoff: BackoffSettings = { firstMs: 500, longestMs: 30_000 }

/** Knows what fails in the loops of this process, by loop and feature. */
export function createFaultRegister({ clock, onError, onRecovered }: FaultRegisterOptions): FaultRegister {
  const faults = new Map<string, LoopFault & { paused: boolean }>()

  function failed(key: string, { loop, feature }: Place, error: unknown, waitMs?: number): number {
    const before = faults.get(key)
    const failures = (before?.failures ?? 0) + 1
    const wait = waitMs ?? backoffMs(backoff, failures - 1)
    const fault = { loop, feature, code: faultCode(error), since: before?.since ?? clock.now(), failures }
    faults.set(key, { ...fault, paused: false })
    onError(fault, error, wait)
    return wait
  }

  function pause(key: string, ms: number): void {
    const fault = faults.get(key)
    if (!fault) return
    fault.paused = true
    clock.setTimer(() => {
      fault.paused = false
    }, ms)
  }

  function worked(key: string): void {
    const fault = faults.get(key)
    if (!fault) return
    faults.delete(key)
    onRecovered?.(fault)
  }

  /** Nothing works again by that, so that nobody is told so. */
  function forget(loop: string, isOver: (fault: LoopFault, key: string) => boolean): void {
    for (const [key, fault] of faults) if (fault.loop === loop && isOver(fault, key)) faults.delete(key)
  }

  return {
    of(loop) {
      const keyOf = (kind: 'work' | 'note', feature: string | null) => JSON.stringify([loop, kind, feature])
      return {
        async attempt(feature, work) {
          const key = keyOf('work', feature)
          if (faults.get(key)?.paused) return undefined
          try {
            const result = await work()
            worked(key)
            return result
          } catch (error) {
            if (error instanceof StoreError && error.retryable) throw error
            pause(key, failed(key, { loop, feature }, error))
            return undefined
          }
        },
        note: (feature, error, waitMs) => void failed(keyOf('note', feature), { loop, feature }, error, waitMs),
        settled: (feature) => worked(keyOf('note', feature)),
        keepOnly(features) {
          const kept = new Set(features)
          forget(loop, ({ feature }) => feature !== null && !kept.has(feature))
        },
        failing: () => [...faults.values()].flatMap((fault) => (fault.loop === loop ? (fault.feature ?? []) : [])),
        onError: (error, waitMs) => void failed(keyOf('work', null), { loop, feature: null }, error, waitMs),
        onRecovered: () => worked(keyOf('work', null)),
        onFollowing: () => forget(loop, (_, key) => key !== keyOf('work', null)),
      }
    },
    current: () => [...faults.values()].map(({ paused: _, ...fault }) => fault).sort((a, b) => a.since - b.since),
  }
}

/** One word for the kind of an error. */
function faultCode(error: unknown): string {
  if (error instanceof StoreError) return error.fault
  if (error instanceof SluiceError) return error.code
  const name = error instanceof Error ? error.name : typeof error
  return /^[A-Za-z]{1,40}$/.test(name) ? name : 'unknown'
}
