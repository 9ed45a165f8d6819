import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { DamagedRows } from '../rows/damaged-rows.ts'
import { StoreError } from '../store-error.ts'
import { type Line, lineOf } from './open-client.ts'
import { postgresError } from './postgres-error.ts'

export type PostgresRow = Record<string, unknown>

/** Runs one statement, prepared once per connection; without values it may be several, separated by semicolons. */
export type Query = (sql: string, values?: readonly unknown[]) => Promise<PostgresRow[]>

/** How long things may take, in ms. */
export interface ConnectionLimits {
  /** Until there is a connection. */
  connect: number
  /** Until the answer to a statement. */
  statement: number
  /** A call that has taken this long in all begins no further statement. */
  call: number
  ping: number
}

const limits: ConnectionLimits = { connect: 3000, statement: 5000, call: 4000, ping: 2000 }

/**
 * The pool of a store. It connects anew by itself; every failure is a StoreError, and comes within ten seconds also where
 * the database has fallen silent.
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
    // A connection that breaks rejects what it was asked, and is replaced when it is needed.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => client.on('error', () => {}))
  }

  /** One statement, a transaction of its own. */
  readonly query: Query = (sql, values = []) =>
    this.#guarded(async () => (await this.#pool.query(prepared(sql, values))).rows)

  /** All of `work` is committed, or nothing of it. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.#guarded(async () => {
      const began = performance.now()
      const client = await this.#pool.connect()
      const run: Query = async (sql, values = []) => {
        if (performance.now() - began > this.#limits.call)
          throw new StoreError('busy', `the store ${this.place} is too slow`)
        return (await client.query(prepared(sql, values))).rows
      }
      try {
        await run('BEGIN')
        const result = await work(run)
        await run('COMMIT')
        client.release()
        return result
      } catch (cause) {
        // Closing the connection rolls back, whatever state it is in.
        client.release(true)
        throw cause
      }
    })
  }

  /**
   * Changes up to `stretch` rows at a time, as its last value, by SQL that returns them, until there are no more: none of the
   * statements takes long. Returns how many.
   */
  async queryInStretches(sql: string, values: readonly unknown[], stretch = 1000): Promise<number> {
    let changed = 0
    for (let last = stretch; last === stretch; changed += last)
      last = (await this.query(sql, [...values, stretch])).length
    return changed
  }

  /** As a query, but the answer counts only within two seconds: whoever asks for a sign of life does not wait longer. */
  async ping(): Promise<void> {
    const timer = new AbortController()
    const late = wait(this.#limits.ping, true, { signal: timer.signal })
    const isLate = await Promise.race([this.query('SELECT 1').then(() => false), late]).finally(() => timer.abort())
    if (isLate) throw new StoreError('unreachable', `the store ${this.place} does not answer`)
  }

  /** Waits for what is under way. */
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
 * The same limits on the side of the database, so that it does not go on with what nobody waits for: above all a
 * transaction whose replica has vanished would keep all others from committing.
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
