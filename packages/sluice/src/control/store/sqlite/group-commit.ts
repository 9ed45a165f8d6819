import type { DatabaseSync } from 'node:sqlite'
import { isHeld, longestLockWaitMs, pauseBefore } from '../../../sqlite/lock-wait.ts'

interface Write {
  work: () => unknown
  /** By `performance.now()`. */
  since: number
  resolve: (value: unknown) => void
  reject: (cause: unknown) => void
}

/** So many writes at the most are one transaction: others wait, and so does whoever else needs the process. */
const groupSize = 32

export interface GroupCommitOptions {
  /** Calls back in a later turn: at once, or after `ms`. */
  schedule?: (run: () => void, ms: number) => void
  /** How long a write waits for others to let go of the database, in ms. */
  limitMs?: number
}

/**
 * Writes of one turn share a transaction, and with it the wait for the disk. Each resolves after COMMIT. One that throws
 * is undone and rejected by itself; only where the transaction as a whole fails (a full disk) all of its writes reject.
 * While somebody else writes, they wait in their order and the process goes on; each rejects after `limitMs`.
 */
export class GroupCommit {
  readonly #database: DatabaseSync
  readonly #schedule: (run: () => void, ms: number) => void
  readonly #limitMs: number
  #waiting: Write[] = []
  #scheduled = false
  /** Attempts in a row that found the database held by others. */
  #refusals = 0
  #idle: PromiseWithResolvers<void> | undefined

  constructor(
    database: DatabaseSync,
    { schedule = inLaterTurn, limitMs = longestLockWaitMs }: GroupCommitOptions = {},
  ) {
    this.#database = database
    this.#schedule = schedule
    this.#limitMs = limitMs
  }

  /** `work` runs synchronously, later, within a transaction; it may run once at the most. */
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, since: performance.now(), resolve: resolve as (value: unknown) => void, reject })
      this.#wake(0)
    })
  }

  /** Resolves when nothing waits any more: all is written, or was rejected after its time. */
  idle(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve()
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

/** Ends the transaction that has begun. */
function commitTogether(database: DatabaseSync, group: readonly Write[]): void {
  try {
    const settlements = group.map((write) => attempt(database, write))
    database.exec('COMMIT')
    for (const settle of settlements) settle()
  } catch (cause) {
    // A full disk has already ended it.
    if (database.isOpen && database.isTransaction) database.exec('ROLLBACK')
    for (const { reject } of group) reject(cause)
  }
}

/** Returns what is to be said to the writer once the transaction is durable. */
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
