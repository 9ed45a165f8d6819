import type { Outcome } from './protocol.ts'

/** Outcomes that wait, in order and as JSON; beyond its capacity the oldest are dropped. */
export interface OutcomeBuffer {
  add(outcome: Outcome): void
  /**
   * Takes the oldest: at most `limit`, and no more than fit into a request, as JSON. They count until they are settled.
   */
  take(limit: number): string[]
  /** What was taken is done with, or could not be sent and is the oldest again. */
  settle(done: boolean): void
  waiting(): number
  /** Waiting or taken. */
  size(): number
}

/** No body is above the server's limit of 1 MiB: a character is at most three bytes. */
const requestChars = 300_000
/** All that may wait. */
const mostChars = 30_000_000

/** `dropped` hears how many were. */
export function createOutcomeBuffer(capacity: number, dropped: (number: number) => void): OutcomeBuffer {
  /** As JSON, the oldest first. */
  const outcomes: string[] = []
  /** So many of the oldest are taken. */
  let taken = 0
  let chars = 0

  /** What is taken stays: it may have arrived. */
  function bound(): void {
    let end = taken
    for (let left = outcomes.length; end < outcomes.length && (left > capacity || chars > mostChars); left -= 1) {
      chars -= outcomes[end]?.length ?? 0
      end += 1
    }
    if (end > taken) dropped(outcomes.splice(taken, end - taken).length)
  }

  return {
    add(outcome) {
      const json = JSON.stringify(outcome)
      outcomes.push(json)
      chars += json.length
      bound()
    },
    take(limit) {
      let sum = 0
      const first = outcomes.findIndex((json, index) => {
        sum += json.length
        return index > 0 && (index >= limit || sum > requestChars)
      })
      taken = first < 0 ? outcomes.length : first
      return outcomes.slice(0, taken)
    },
    settle(done) {
      if (done) for (const { length } of outcomes.splice(0, taken)) chars -= length
      taken = 0
      bound()
    },
    waiting: () => outcomes.length - taken,
    size: () => outcomes.length,
  }
}
