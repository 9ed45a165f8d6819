import type { DatabaseSync } from 'node:sqlite'

interface Write {
  work: () => unknown
  resolve: (value: unknown) => void
  reject: (cause: unknown) => void
}

/** So many writes at the most are one transaction: others wait, and so does whoever else needs the process. */
const groupSize = 32

/**
 * Writes of one turn share a transaction, and with it the wait for the disk. Each resolves after COMMIT. One that throws
 * is undone and rejected by itself; only where the transaction as a whole fails (a full disk) all of its writes reject.
 */
export class GroupCommit {
  readonly #database: DatabaseSync
  readonly #schedule: (run: () => void) => void
  #waiting: Write[] = []
  #scheduled = false

  constructor(database: DatabaseSync, schedule: (run: () => void) => void = setImmediate) {
    this.#database = database
    this.#schedule = schedule
  }

  /** `work` runs synchronously, later, within a transaction; it may run once at the most. */
  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject })
      this.#wake()
    })
  }

  /** Does now what is waiting. */
  flush(): void {
    while (this.#waiting.length > 0) commitTogether(this.#database, this.#waiting.splice(0, groupSize))
  }

  #wake(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#schedule(() => {
      this.#scheduled = false
      commitTogether(this.#database, this.#waiting.splice(0, groupSize))
      if (this.#waiting.length > 0) this.#wake()
    })
  }
}

function commitTogether(database: DatabaseSync, group: readonly Write[]): void {
  if (group.length === 0) return
  try {
    database.exec('BEGIN IMMEDIATE')
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
