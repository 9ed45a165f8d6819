import type { RequestOutcome } from './protocol.ts'

/** How a request came to be one of which more may be said; `recorded` by hand, without a run. */
type Ending = 'succeeded' | 'failed' | 'recorded'

/** Requests that are over and of which more may still be recorded. */
export interface OpenRequests {
  open(outcome: RequestOutcome, ending: Ending): void
  /** Its record came: it is sent soon. False where it had been sent: from now on its feature's requests are waited for. */
  recorded(outcome: RequestOutcome): boolean
  /** Takes back what was recorded by hand, as if it had not been opened; false where it is not open. */
  withdraw(outcome: RequestOutcome): boolean
  /** Nothing more will be said of it. */
  close(outcome: RequestOutcome): void
  /** Closes those that have waited long enough, or all. */
  closeDue(all?: boolean): void
  size(): number
}

export interface OpenRequestsOptions {
  /** ms; never steps. */
  now: () => number
  /** Longest time that a request waits for its record. */
  recordMs: number
  /** How long one waits for a second record, or, having failed, for its first. */
  settleMs: number
  /** Beyond it the oldest are closed. */
  capacity: number
  closed: (outcome: RequestOutcome) => void
}

/** What is known of how an application records a feature. */
interface Habit {
  /** How long the last request that did not fail was open, in ms. */
  openMs: number
  /** Requests whose record never came, until a first one came: then it is NaN. */
  inVain: number
}

/** After so many requests of a feature that waited in vain, nobody is waited for. */
const enough = 100
/** Inputs and outputs of all that is open. */
const mostChars = 10_000_000

/**
 * A request that failed is open as long as the last one that did not: where failures overtook successes, every canary would look
 * worse than it is at first, and its arms uneven.
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

  /** What is too much is no longer waited for, the oldest first. */
  function weigh(outcome: RequestOutcome): void {
    const entry = entries.get(outcome)
    if (!entry) return
    const { input, output } = outcome
    const weight = input || output ? JSON.stringify([input, output]).length : 0
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
