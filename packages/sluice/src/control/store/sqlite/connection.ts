import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { whenFree } from '../../../sqlite/lock-wait.ts'
import { DamagedRows } from '../rows/damaged-rows.ts'
import { StoreError } from '../store-error.ts'
import { GroupCommit } from './group-commit.ts'
import { sqliteError } from './sqlite-error.ts'

export type SqliteRow = Record<string, unknown>

/** How long until the write-ahead log, which a reader has kept from being emptied, is tried again, in ms. */
const emptyAgainMs = 1000

/**
 * The one connection of a store. Statements are prepared once; every failure is a StoreError. Nobody else's lock makes a
 * call stand still: it is tried again later, for up to 5 s.
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

  /** Returns how many rows were changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes)
  }

  /** `work` sees all that is committed, in one moment. */
  async read<T>(work: () => T): Promise<T> {
    this.#refuseClosed()
    try {
      return await whenFree(work)
    } catch (cause) {
      throw sqliteError(cause, this.#file)
    }
  }

  /** Durable when it resolves; `work` is done wholly or not at all, together with other writes of this turn. */
  async write<T>(work: () => T): Promise<T> {
    this.#refuseClosed()
    try {
      return await this.#commits.write(work)
    } catch (cause) {
      throw sqliteError(cause, this.#file)
    }
  }

  /**
   * Changes up to `stretch` rows at a time by SQL that ends with `LIMIT ?`, until there are no more: others write in between.
   * Returns how many.
   */
  async writeInStretches(sql: string, values: SQLInputValue[], stretch = 500): Promise<number> {
    let changed = 0
    for (let last = stretch; last === stretch; changed += last)
      last = await this.write(() => this.run(sql, ...values, stretch))
    return changed
  }

  /**
   * Moves the write-ahead log into the file and empties it, so that what was deleted is in neither. While another process
   * reads, that cannot be: then it is tried again each second until it is done.
   */
  async emptyLog(): Promise<void> {
    this.#refuseClosed()
    clearTimeout(this.#emptying)
    this.#emptying = undefined
    if (this.#isEmptied()) return
    this.#emptying = setTimeout(() => void this.emptyLog().catch(() => {}), emptyAgainMs).unref()
  }

  /** Writes what is waiting, then closes. */
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
