import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { DamagedRows } from '../rows/damaged-rows.ts'
import { StoreError } from '../store-error.ts'
import { type Line, lineOf } from './open-client.ts'
import { postgresError } from './postgres-error.ts'

export type PostgresRow = Record<string, unknown>

/**
 * Runs one statement, which is prepared once per connection. Without values, several statements separated by semicolons
 * are allowed.
 */
export type Query = (sql: string, values?: readonly unknown[]) => Promise<PostgresRow[]>

/** Time limits, in ms. */
export interface ConnectionLimits {
  /** For a new connection. */
  connect: number
  /** For the answer to a statement. */
  statement: number
  /** After this time a call of the store starts no further statement. */
  call: number
  ping: number
}

const limits: ConnectionLimits = { connect: 3000, statement: 5000, call: 4000, ping: 2000 }

/** Rows that one statement changes at the most where there may be many. */
const rowsAtOnce = 1000

/**
 * The connection pool of a store. It reconnects by itself. Every failure is a StoreError and comes within ten seconds,
 * even if the database does not answer at all.
 */
export class PostgresConnection {
  readonly damaged = new DamagedRows()
  readonly place: string
  readonly #line: Line
  readonly #limits: ConnectionLimits
  readonly #pool: pg.Pool
  #closing: Promise<void> | undefined

  constructor(config: pg.ClientConfig, place: string, own: ConnectionLimits = limits) {
    this.place = place
    this.#limits = own
    this.#line = lineOf(config)
    this.#pool = new pg.Pool({
      ...this.#line.config,
      max: 8,
      connectionTimeoutMillis: own.connect,
      query_timeout: own.statement,
      onConnect: (client) => client.query(serverLimits(own)),
    })
    // A broken connection rejects its pending statements, and the pool replaces it when necessary.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => client.on('error', () => {}))
  }

  /** Runs one statement as its own transaction. */
  readonly query: Query = (sql, values = []) =>
    this.#guarded(async () => (await this.#pool.query(prepared(sql, values))).rows)

  /** Commits all of `work`, or nothing. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.#guarded(async () => {
      const began = performance.now()
      const client = await this.#pool.connect()
      const run: Query = async (sql, values = []) => {
        if (performance.now() - began > this.#limits.call)
          throw new StoreError('busy', `the store ${this.place} is too slow: try again`)
        return (await client.query(prepared(sql, values))).rows
      }
      try {
        await run('BEGIN')
        const result = await work(run)
        await run('COMMIT')
        client.release()
        return result
      } catch (cause) {
        // Closing the connection rolls the transaction back, whatever its state is.
        client.release(true)
        throw cause
      }
    })
  }

  /**
   * Repeats a changing statement until it returns fewer rows than `rowsAtOnce`, which is its last value. So no single
   * statement takes long. Returns the number of changed rows.
   */
  async queryInStretches(sql: string, values: readonly unknown[]): Promise<number> {
    let changed = 0
    for (let last = rowsAtOnce; last === rowsAtOnce; changed += last)
      last = (await this.query(sql, [...values, rowsAtOnce])).length
    return changed
  }

  /** Checks that the database answers within two seconds, since callers of a health check do not wait longer. */
  async ping(): Promise<void> {
    const timer = new AbortController()
    const late = wait(this.#limits.ping, true, { signal: timer.signal })
    const isLate = await Promise.race([this.query('SELECT 1').then(() => false), late]).finally(() => timer.abort())
    if (isLate) throw new StoreError('unreachable', `the store ${this.place} does not answer`)
  }

  /** Closes all connections after their statements have finished. */
  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #end(): Promise<void> {
    await this.#pool.end()
    this.#line.hangUp()
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new StoreError('closed', `the store ${this.place} is closed`)
    try {
      return await work()
    } catch (cause) {
      throw postgresError(cause, this.place)
    }
  }
}

/**
 * The same limits for the database's side, so that it stops work that nobody waits for. A transaction of a replica that
 * is gone would otherwise keep all others from committing.
 */
function serverLimits({ statement }: ConnectionLimits): string {
  return `SET statement_timeout = ${statement}; SET lock_timeout = ${statement};
    SET idle_in_transaction_session_timeout = ${statement}`
}

const names = new Map<string, string>()

function prepared(text: string, values: readonly unknown[]): string | pg.QueryConfig {
  if (values.length === 0) return text
  const name = names.get(text) ?? `sluice_${names.size}`
  names.set(text, name)
  return { name, text, values: [...values] }
}
