import type { DatabaseSync } from 'node:sqlite'
import { isHeld, longestLockWaitMs, pauseBefore } from '../../../sqlite/lock-wait.ts'

interface Write {
  work: () => unknown
  /** Time of the call, by `performance.now()`. */
  since: number
  resolve: (value: unknown) => void
  reject: (cause: unknown) => void
}

/** The most writes of one transaction. Other work of the process waits for it. */
const groupSize = 32

export interface GroupCommitOptions {
  /** Runs the callback in a later turn of the event loop, after `ms`. */
  schedule?: (run: () => void, ms: number) => void
  /** How long a write waits for the locks of other processes, in ms. */
  limitMs?: number
}

/**
 * Writes of one turn share a transaction, so they wait for the disk only once; those that can wait share it with others
 * of later turns. Each resolves after COMMIT. A write that throws is undone and rejected alone. Only if the whole
 * transaction fails, e.g. on a full disk, all of its writes reject. While another process writes, they wait in their
 * order without blocking the event loop; each rejects after `limitMs`.
 */
export class GroupCommit {
  readonly #database: DatabaseSync
  readonly #schedule: (run: () => void, ms: number) => void
  readonly #limitMs: number
  #waiting: Write[] = []
  #scheduled = false
  /** Consecutive attempts that found the database locked. */
  #refusals = 0
  /** Turns for which all that waits can wait. */
  #patience = 0
  #idle: PromiseWithResolvers<void> | undefined

  constructor(
    database: DatabaseSync,
    { schedule = inLaterTurn, limitMs = longestLockWaitMs }: GroupCommitOptions = {},
  ) {
    this.#database = database
    this.#schedule = schedule
    this.#limitMs = limitMs
  }

  /**
   * Runs `work` later, synchronously and at most once, within a transaction; after so many turns at the latest, if it
   * can wait.
   */
  write<T>(work: () => T, { patience = 0 } = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#patience = this.#waiting.length === 0 ? patience : Math.min(this.#patience, patience)
      this.#waiting.push({ work, since: performance.now(), resolve: resolve as (value: unknown) => void, reject })
      this.#wake(0)
    })
  }

  /** Resolves when no write waits any more. */
  idle(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve()
    this.#patience = 0
    this.#idle ??= Promise.withResolvers()
    return this.#idle.promise
  }

  #wake(ms: number): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#schedule(() => {
      this.#scheduled = false
      this.#turn()
    }, ms)
  }

  #turn(): void {
    if (this.#patience > 0) {
      this.#patience -= 1
      this.#wake(0)
      return
    }
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      this.#refusals = 0
      commitTogether(this.#database, this.#waiting.splice(0, groupSize))
    } catch (cause) {
      if (isHeld(cause)) this.#waitLonger(cause)
      else for (const { reject } of this.#waiting.splice(0, groupSize)) reject(cause)
    }
    if (this.#waiting.length > 0) this.#wake(this.#refusals === 0 ? 0 : pauseBefore(this.#refusals))
    else {
      this.#idle?.resolve()
      this.#idle = undefined
    }
  }

  #waitLonger(cause: unknown): void {
    this.#refusals += 1
    const now = performance.now()
    const inTime = this.#waiting.findIndex(({ since }) => now - since < this.#limitMs)
    const late = this.#waiting.splice(0, inTime < 0 ? this.#waiting.length : inTime)
    for (const { reject } of late) reject(cause)
  }
}

function inLaterTurn(run: () => void, ms: number): void {
  if (ms === 0) setImmediate(run)
  else setTimeout(run, ms)
}

/** Runs the writes, and commits the open transaction or rolls it back. */
function commitTogether(database: DatabaseSync, group: readonly Write[]): void {
  try {
    const settlements = group.map((write) => attempt(database, write))
    database.exec('COMMIT')
    for (const settle of settlements) settle()
  } catch (cause) {
    // On a full disk SQLite has already rolled the transaction back.
    if (database.isOpen && database.isTransaction) database.exec('ROLLBACK')
    for (const { reject } of group) reject(cause)
  }
}

/** Runs one write. The returned function settles its promise once the transaction is durable. */
function attempt(database: DatabaseSync, { work, resolve, reject }: Write): () => void {
  database.exec('SAVEPOINT one')
  try {
    const value = work()
    database.exec('RELEASE one')
    return () => resolve(value)
  } catch (cause) {
    if (!database.isTransaction) throw cause
    database.exec('ROLLBACK TO one; RELEASE one')
    return () => reject(cause)
  }
}
