import pg from 'pg'
import { StoreError } from '../store-error.ts'
import { postgresError } from './postgres-error.ts'

export type Row = Record<string, unknown>

/** Runs one statement, prepared once per connection; without values it may be several, separated by semicolons. */
export type Query = (sql: string, values?: readonly unknown[]) => Promise<Row[]>

const bigint = 20

/** A call ends after this long, in ms, rather than hang. */
const connectMs = 5000
const queryMs = 30_000

/** 64-bit integers are numbers here: none of ours is beyond 2^53. */
export function clientConfig(connectionString: string): pg.ClientConfig {
  return {
    connectionString,
    application_name: 'sluice',
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
    keepAlive: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === bigint ? Number : pg.types.getTypeParser(oid, format as 'text'),
    },
  }
}

/** The pool of a store. It connects anew by itself; every failure is a StoreError. */
export class Connection {
  readonly place: string
  readonly #pool: pg.Pool
  #closing: Promise<void> | undefined

  constructor(databaseUrl: string, place: string) {
    this.place = place
    this.#pool = new pg.Pool({ ...clientConfig(databaseUrl), max: 8 })
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
      const client = await this.#pool.connect()
      try {
        await client.query('BEGIN')
        const result = await work(async (sql, values = []) => (await client.query(prepared(sql, values))).rows)
        await client.query('COMMIT')
        client.release()
        return result
      } catch (cause) {
        // Closing the connection rolls back, whatever state it is in.
        client.release(true)
        throw cause
      }
    })
  }

  /** Waits for what is under way. */
  close(): Promise<void> {
    this.#closing ??= this.#pool.end()
    return this.#closing
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

const names = new Map<string, string>()

function prepared(text: string, values: readonly unknown[]): string | pg.QueryConfig {
  if (values.length === 0) return text
  const name = names.get(text) ?? `sluice_${names.size}`
  names.set(text, name)
  return { name, text, values: [...values] }
}
