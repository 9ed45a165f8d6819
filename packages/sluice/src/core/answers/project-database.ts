import { existsSync } from 'node:fs'
import path from 'node:path'
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { errorMessage, SluiceError } from '../../errors.ts'
import { isHeld, whenFreeSync } from '../../sqlite/lock-wait.ts'
import { openDatabase } from '../../sqlite/open-database.ts'
import { makePrivate } from '../../sqlite/private-folder.ts'
import { resultCode } from '../../sqlite/result-code.ts'
import { projectMigrations } from './migrations.ts'

const pragmas = 'PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON'

/** How long one process waits for another, in ms. */
const patienceMs = 30_000

/** A row as SQLite gives it; a `rowReader` checks it. */
type Row = Record<string, SQLOutputValue>

/** A prepared statement of the store. */
interface StoreStatement {
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
  /** The rows one after the other, for tables that may be larger than the memory. */
  iterate(...values: SQLInputValue[]): Generator<Row>
  run(...values: SQLInputValue[]): { changes: number | bigint }
}

/**
 * The store of a project. Whatever fails in it, at a read as at a write, fails with a SluiceError `cannot-run` that
 * says where the store is, what is wrong, and what to do.
 */
export interface ProjectDatabase {
  readonly file: string
  readonly isTransaction: boolean
  prepare(sql: string): StoreStatement
  exec(sql: string): void
  /** An open transaction is taken back. */
  close(): void
}

const folderIn = (root: string) => path.join(root, '.sluice')
const fileIn = (root: string) => path.join(folderIn(root), 'sluice.db')

/** Opens the store of a project to read it; undefined where nothing was ever kept, and nothing is written then. */
export function openExistingDatabase(root: string): ProjectDatabase | undefined {
  return existsSync(fileIn(root)) ? openProjectDatabase(root) : undefined
}

/**
 * Opens `<root>/.sluice/sluice.db`, creating or upgrading it. Safe for several processes at once: readers never wait,
 * writers wait up to 30 s for each other. An answer that was written survives a killed process.
 * @throws SluiceError `cannot-run` when the folder cannot be written or the file belongs to a newer Sluice.
 */
export function openProjectDatabase(root: string): ProjectDatabase {
  const folder = folderIn(root)
  const file = fileIn(root)
  const database = inStore(folder, () => {
    makePrivate(folder)
    // Where several processes open a new file at once, SQLite refuses all but one of them without the wait.
    return whenFreeSync(
      () => openDatabase(file, { pragmas, migrations: projectMigrations, timeoutMs: patienceMs }),
      patienceMs,
    )
  })
  return {
    file,
    get isTransaction() {
      return database.isTransaction
    },
    prepare: (sql) => inStore(folder, () => prepared(database, sql, folder)),
    exec: (sql) => inStore(folder, () => database.exec(sql)),
    close: () => inStore(folder, () => database.close()),
  }
}

function prepared(database: DatabaseSync, sql: string, folder: string): StoreStatement {
  const statement = database.prepare(sql)
  return {
    get: (...values) => inStore(folder, () => statement.get(...values)),
    all: (...values) => inStore(folder, () => statement.all(...values)),
    *iterate(...values) {
      try {
        yield* statement.iterate(...values)
      } catch (cause) {
        throw storeError(cause, folder)
      }
    },
    run: (...values) => inStore(folder, () => statement.run(...values)),
  }
}

function inStore<T>(folder: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw storeError(cause, folder)
  }
}

/** The error for a store in `folder` that failed because of `cause`. */
function storeError(cause: unknown, folder: string): SluiceError {
  const reason = errorMessage(cause)
  const wayOut = cause instanceof SluiceError ? '' : `. ${wayOutOf(cause)}`
  return new SluiceError('cannot-run', `the store ${folder} cannot be used: ${reason}${wayOut}`, { cause })
}

/**
 * Primary result codes of SQLite for a file of which the pages, the tables or the values are not as they were written.
 */
const damaged = new Set<unknown>(Object.values({ error: 1, corrupt: 11, mismatch: 20, notADatabase: 26 }))

/** Of SQLite itself, or of Node for a number that JavaScript has none for. */
const isDamage = (cause: unknown) =>
  damaged.has(resultCode(cause)) ||
  (cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_OUT_OF_RANGE')

function wayOutOf(cause: unknown): string {
  if (isHeld(cause)) return 'Another program keeps it locked: let that one end, then run the same command again.'
  if (isDamage(cause))
    return 'The file is damaged: put a copy of it back, or delete the folder, and its answers are paid for again.'
  return 'Answers must be kept before they are paid for: free some space, or make the folder writable.'
}
