import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { whenFree } from '../../../sqlite/lock-wait.ts'
import { DamagedRows } from '../rows/damaged-rows.ts'
import { StoreError } from '../store-error.ts'
import { GroupCommit } from './group-commit.ts'
import { sqliteError } from './sqlite-error.ts'

export type SqliteRow = Record<string, unknown>

/** Pause before the next attempt to empty the write-ahead log while another process reads it, in ms. */
const emptyAgainMs = 1000

/** Rows that one statement changes at the most where there may be many. */
const rowsAtOnce = 500

/**
 * The connection of a store. Statements are prepared once, and every failure is a StoreError. A lock of another process
 * does not block the event loop: the call is tried again later, for up to 5 s.
 */
export class SqliteConnection {
  readonly damaged = new DamagedRows()
  readonly #database: DatabaseSync
  readonly #commits: GroupCommit
  readonly #statements = new Map<string, StatementSync>()
  readonly #file: string
  #emptying: NodeJS.Timeout | undefined
  #closing: Promise<void> | undefined

  constructor(database: DatabaseSync, file: string) {
    this.#database = database
    this.#commits = new GroupCommit(database)
    this.#file = file
  }

  all(sql: string, ...values: SQLInputValue[]): SqliteRow[] {
    return this.#prepared(sql).all(...values)
  }

  first(sql: string, ...values: SQLInputValue[]): SqliteRow | undefined {
    return this.#prepared(sql).get(...values)
  }

  /** Runs a statement. Returns how many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes)
  }

  /** `work` sees the committed state of one moment. */
  async read<T>(work: () => T): Promise<T> {
    this.#refuseClosed()
    try {
      return await whenFree(work)
    } catch (cause) {
      throw sqliteError(cause, this.#file)
    }
  }

  /**
   * Commits all of `work` or nothing, together with other writes of this turn, or of the turns that it can wait.
   * Durable when it resolves.
   */
  async write<T>(work: () => T, options?: { patience: number }): Promise<T> {
    this.#refuseClosed()
    try {
      return await this.#commits.write(work, options)
    } catch (cause) {
      throw sqliteError(cause, this.#file)
    }
  }

  /**
   * Repeats a statement that ends with `LIMIT ?`, for `rowsAtOnce` rows at a time, until there are no more. Others can
   * write in between. Returns the number of changed rows.
   */
  async writeInStretches(sql: string, values: SQLInputValue[]): Promise<number> {
    let changed = 0
    for (let last = rowsAtOnce; last === rowsAtOnce; changed += last)
      last = await this.write(() => this.run(sql, ...values, rowsAtOnce))
    return changed
  }

  /**
   * Moves the write-ahead log into the database file and empties it, so that deleted data is in neither. This is not
   * possible while another process reads; then it is tried again every second.
   */
  async emptyLog(): Promise<void> {
    this.#refuseClosed()
    clearTimeout(this.#emptying)
    this.#emptying = undefined
    if (this.#isEmptied()) return
    this.#emptying = setTimeout(() => void this.emptyLog().catch(() => {}), emptyAgainMs).unref()
  }

  /** Finishes waiting writes, then closes. */
  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #end(): Promise<void> {
    clearTimeout(this.#emptying)
    await this.#commits.idle()
    this.#database.close()
  }

  #isEmptied(): boolean {
    try {
      return this.first('PRAGMA wal_checkpoint(TRUNCATE)')?.busy === 0
    } catch (cause) {
      const error = sqliteError(cause, this.#file)
      if (error.fault === 'busy') return false
      throw error
    }
  }

  #refuseClosed(): void {
    if (this.#closing) throw new StoreError('closed', `the store ${this.#file} is closed`)
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
