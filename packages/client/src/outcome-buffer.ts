import type { Outcome } from './protocol.ts'
import { removeUnwritable } from './unwritable.ts'

/** Outcomes that wait, in order; beyond its capacity the oldest are dropped. */
export interface OutcomeBuffer {
  add(outcome: Outcome): void
  has(outcome: Outcome): boolean
  /**
   * Takes the oldest: at most `limit`, and no more than fit into a request. They count until they are put back or done, and can
   * be written as JSON: a field that cannot is left out.
   */
  take(limit: number): Outcome[]
  /** What was taken could not be sent: it is the oldest again. */
  putBack(): void
  /** What was taken is done with. */
  done(): void
  waiting(): number
  /** Waiting or taken. */
  size(): number
}

/** Above this, bodies would come near the server's limit of 1 MiB. */
const requestChars = 500_000

export interface OutcomeBufferOptions {
  capacity: number
  dropped(number: number): void
  /** Fields that JSON cannot hold were left out of an outcome. */
  leftOut(names: string[]): void
}

export function createOutcomeBuffer({ capacity, dropped, leftOut }: OutcomeBufferOptions): OutcomeBuffer {
  let waiting: Outcome[] = []
  let taken: Outcome[] = []

  function bound(): void {
    const excess = Math.min(waiting.length, waiting.length + taken.length - capacity)
    if (excess <= 0) return
    waiting.splice(0, excess)
    dropped(excess)
  }

  function fitting(limit: number): number {
    let chars = 0
    const first = waiting.findIndex((outcome, index) => {
      chars += lengthOf(outcome)
      return index > 0 && (index >= limit || chars > requestChars)
    })
    return first < 0 ? waiting.length : first
  }

  function lengthOf(outcome: Outcome): number {
    try {
      return JSON.stringify(outcome).length
    } catch {
      leftOut(removeUnwritable(outcome))
      return JSON.stringify(outcome).length
    }
  }

  return {
    add(outcome) {
      waiting.push(outcome)
      bound()
    },
    has: (outcome) => waiting.includes(outcome),
    take(limit) {
      taken = waiting.splice(0, fitting(limit))
      return taken
    },
    putBack() {
      waiting = [...taken, ...waiting]
      taken = []
      bound()
    },
    done() {
      taken = []
    },
    waiting: () => waiting.length,
    size: () => waiting.length + taken.length,
  }
}
