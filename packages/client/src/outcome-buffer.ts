import type { Outcome } from './protocol.ts'

/** Outcomes that wait, in order and as JSON; beyond its capacity the oldest are dropped. */
export interface OutcomeBuffer {
  add(outcome: Outcome): void
  /**
   * Takes the oldest: at most `limit`, and no more than fit into a request, as JSON. They count until they are put back or done.
   */
  take(limit: number): string[]
  /** What was taken could not be sent: it is the oldest again. */
  putBack(): void
  /** What was taken is done with. */
  done(): void
  waiting(): number
  /** Waiting or taken. */
  size(): number
}

/** No body is above the server's limit of 1 MiB: a character is at most three bytes. */
const requestChars = 300_000
/** All that may wait. */
const mostChars = 30_000_000

export interface OutcomeBufferOptions {
  capacity: number
  dropped(number: number): void
}

export function createOutcomeBuffer({ capacity, dropped }: OutcomeBufferOptions): OutcomeBuffer {
  let waiting: string[] = []
  let taken: string[] = []
  let chars = 0

  function bound(): void {
    let excess = Math.max(0, Math.min(waiting.length, waiting.length + taken.length - capacity))
    for (let at = 0; at < waiting.length && (at < excess || chars > mostChars); at += 1) {
      chars -= waiting[at]?.length ?? 0
      excess = Math.max(excess, at + 1)
    }
    if (excess === 0) return
    waiting.splice(0, excess)
    dropped(excess)
  }

  function fitting(limit: number): number {
    let sum = 0
    const first = waiting.findIndex((json, index) => {
      sum += json.length
      return index > 0 && (index >= limit || sum > requestChars)
    })
    return first < 0 ? waiting.length : first
  }

  function putBack(): void {
    waiting = [...taken, ...waiting]
    taken = []
    bound()
  }

  return {
    add(outcome) {
      const json = JSON.stringify(outcome)
      waiting.push(json)
      chars += json.length
      bound()
    },
    take(limit) {
      taken = waiting.splice(0, fitting(limit))
      return taken
    },
    putBack,
    done() {
      chars -= charsOf(taken)
      taken = []
    },
    waiting: () => waiting.length,
    size: () => waiting.length + taken.length,
  }
}

function charsOf(list: readonly string[]): number {
  return list.reduce((sum, { length }) => sum + length, 0)
}
