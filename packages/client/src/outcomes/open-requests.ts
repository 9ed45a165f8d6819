import type { RequestOutcome } from '../protocol.ts'

/** How an open request began to wait for its record; `recorded`: by `record` without a run. */
type Ending = 'succeeded' | 'failed' | 'recorded'

/** Requests that have ended, but are not sent yet because more may be recorded about them. */
export interface OpenRequests {
  open(outcome: RequestOutcome, ending: Ending): void
  /**
   * Call when a request was recorded: it is sent soon. False if it had been sent already. From then on, requests of its
   * feature wait for their record.
   */
  recorded(outcome: RequestOutcome): boolean
  /** Removes a request that `record` made without a run. False if it is not open. */
  withdraw(outcome: RequestOutcome): boolean
  /** Call when nothing more will be recorded about it. */
  close(outcome: RequestOutcome): void
  /** Closes the requests that have waited long enough, or all. */
  closeDue(all?: boolean): void
  size(): number
}

export interface OpenRequestsOptions {
  /** A time in ms that never steps. */
  now: () => number
  /** How long a request waits for its record at most. */
  recordMs: number
  /** How long a request waits for a second record, and a failed one for its first. */
  settleMs: number
  /** If more are open, the oldest are closed. */
  capacity: number
  closed: (outcome: RequestOutcome) => void
}

/** How an application has recorded the requests of a feature so far. */
interface Habit {
  /** How long the last request that did not fail was open, in ms. */
  openMs: number
  /** Number of requests that were never recorded; NaN after the first record. */
  inVain: number
}

/** After this many requests without a record, the requests of a feature no longer wait for one. */
const enough = 100
/** Most characters of the inputs and outputs of all open requests. */
const mostChars = 10_000_000

/**
 * A failed request stays open as long as the last successful one did. If failures were sent sooner than successes,
 * every canary would look worse than it is at first, and its arms uneven.
 */
export function createOpenRequests({ now, recordMs, settleMs, capacity, closed }: OpenRequestsOptions): OpenRequests {
  const entries = new Map<RequestOutcome, { since: number; due: number; ending: Ending; chars: number }>()
  const habits = new Map<string, Habit>()
  let chars = 0

  function habitOf({ feature }: RequestOutcome): Habit {
    const habit = habits.get(feature) ?? { openMs: 0, inVain: 0 }
    habits.set(feature, habit)
    return habit
  }

  function patience(outcome: RequestOutcome, ending: Ending): number {
    const { openMs, inVain } = habitOf(outcome)
    if (ending === 'succeeded') return inVain >= enough ? settleMs : recordMs
    return ending === 'failed' ? Math.max(settleMs, openMs) : settleMs
  }

  function remove(outcome: RequestOutcome) {
    const entry = entries.get(outcome)
    entries.delete(outcome)
    chars -= entry?.chars ?? 0
    return entry
  }

  function close(outcome: RequestOutcome): void {
    const entry = remove(outcome)
    if (!entry) return
    if (entry.ending === 'succeeded') habitOf(outcome).openMs = Math.min(now(), entry.due) - entry.since
    closed(outcome)
  }

  /** Closes the oldest requests while there are too many of them, or too many characters. */
  function weigh(outcome: RequestOutcome): void {
    const entry = entries.get(outcome)
    if (!entry) return
    const { input, output, trajectory } = outcome
    const weight = input || output || trajectory ? JSON.stringify([input, output, trajectory]).length : 0
    chars += weight - entry.chars
    entry.chars = weight
    if (entries.size <= capacity && chars <= mostChars) return
    for (const oldest of entries.keys()) {
      if (entries.size <= capacity && chars <= mostChars) break
      close(oldest)
    }
  }

  return {
    open(outcome, ending) {
      const since = now()
      entries.set(outcome, { since, due: since + patience(outcome, ending), ending, chars: 0 })
      weigh(outcome)
    },
    recorded(outcome) {
      const entry = entries.get(outcome)
      if (entry?.ending !== 'recorded') habitOf(outcome).inVain = Number.NaN
      if (entry) entry.due = Math.min(entry.due, now() + settleMs)
      weigh(outcome)
      return entry !== undefined
    },
    withdraw: (outcome) => entries.get(outcome)?.ending === 'recorded' && remove(outcome) !== undefined,
    close,
    closeDue(all) {
      for (const [outcome, { due, ending }] of entries) {
        if (!all && due > now()) continue
        if (!all && ending === 'succeeded') habitOf(outcome).inVain += 1
        close(outcome)
      }
    },
    size: () => entries.size,
  }
}
