import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { backoffMs } from '../../../backoff.ts'
import { endClient, type Line, lineOf } from './open-client.ts'

/** The notification channel of the replicas. */
export const channel = 'sluice'

const polled = `SELECT revision, seq, extract(epoch FROM clock_timestamp())::double precision * 1000 AS at
  FROM sluice.store, sluice.log_head`

/** A connection that does not answer within this time, in ms, is closed. */
const answerMs = 3000

/**
 * Connecting anew waits this long at the most, in ms, and the first time no longer than between two polls. Until then
 * nothing tells this replica of a rollback, so it is not long.
 */
const longestPauseMs = 2000

export interface ListenerEvents {
  notified(payload: string): void
  /** Called after the first poll of each connection. Notifications before it were missed. */
  connected(): void
  /** `at` is the time of the database's clock, in ms since the epoch. */
  polled(now: { revision: number; logSeq: number; at: number }): void
}

/**
 * The lasting connection of a store. It receives notifications of other replicas, and polls in case one was lost. If a
 * poll fails or takes too long, it reconnects.
 */
export class PostgresListener {
  readonly #line: Line
  readonly #events: ListenerEvents
  readonly #pollMs: number
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  readonly #connected = Promise.withResolvers<void>()
  #client: pg.Client | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(config: pg.ClientConfig, pollMs: number, events: ListenerEvents) {
    this.#line = lineOf({ ...config, connectionTimeoutMillis: answerMs, query_timeout: answerMs })
    this.#pollMs = pollMs
    this.#events = events
    this.#running = this.#run()
  }

  /** Waits up to `limitMs` for the first connection and its poll. Returns whether there was one. */
  async ready(limitMs: number): Promise<boolean> {
    const timer = new AbortController()
    const late = wait(limitMs, false, { signal: timer.signal })
    return await Promise.race([this.#connected.promise.then(() => true), late]).finally(() => timer.abort())
  }

  /** Runs a statement on the connection after earlier ones have finished. */
  query(client: pg.Client, sql: string): Promise<pg.QueryResult> {
    const answer = this.#turn.then(() => client.query(sql))
    this.#turn = answer.catch(() => {})
    return answer
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stop.signal.aborted; failures += 1) {
      const client = new pg.Client(this.#line.config)
      const lost = () => {
        if (this.#client === client) this.#client = undefined
      }
      client.on('error', lost).on('end', lost)
      client.on('notification', ({ payload = '' }) => this.#events.notified(payload))
      try {
        await client.connect()
        await client.query(`LISTEN ${channel}`)
        this.#client = client
        await this.#poll(client)
        this.#events.connected()
        this.#connected.resolve()
        failures = 0
        await this.#pause(this.#pollMs)
        while (this.#client === client && !this.#stop.signal.aborted) {
          await this.#poll(client)
          await this.#pause(this.#pollMs)
        }
      } catch {
        // The loop tries again until the listener is closed.
      }
      lost()
      await endClient(client, this.#line)
      await this.#pause(backoffMs({ firstMs: this.#pollMs, longestMs: longestPauseMs }, failures))
    }
  }

  async #poll(client: pg.Client): Promise<void> {
    const { rows } = await this.query(client, polled)
    const { revision, seq, at } = rows[0] ?? {}
    this.#events.polled({ revision: Number(revision), logSeq: Number(seq), at: Number(at) })
  }

  async #pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {})
  }
}

/** SQL that notifies all replicas when the transaction commits; `payload` is an SQL expression. */
export function notify(payload: string): string {
  return `pg_notify('${channel}', ${payload})`
}
