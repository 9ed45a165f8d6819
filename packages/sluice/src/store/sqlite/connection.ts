import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { StoreError } from '../store-error.ts'
import { GroupCommit } from './group-commit.ts'
import { sqliteError } from './sqlite-error.ts'

export type Row = Record<string, unknown>

/** The one connection of a store. Statements are prepared once; every failure is a StoreError. */
export class Connection {
  readonly #database: DatabaseSync
  readonly #commits: GroupCommit
  readonly #statements = new Map<string, StatementSync>()
  readonly #file: string

  constructor(database: DatabaseSync, file: string) {
    this.#database = database
    this.#commits = new GroupCommit(database)
    this.#file = file
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values)
  }

  first(sql: string, ...values: SQLInputValue[]): Row | undefined {
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
      return work()
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

  /** Moves the write-ahead log into the file, so that what was deleted is in neither. */
  async checkpoint(): Promise<void> {
    await this.read(() => this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
  }

  close(): void {
    if (!this.#database.isOpen) return
    this.#commits.flush()
    this.#database.close()
  }

  #refuseClosed(): void {
    if (!this.#database.isOpen) throw new StoreError('closed', `the store ${this.#file} is closed`)
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
