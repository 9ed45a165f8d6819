import type { Clock } from '@sluice/client'
import manifest from '../../../package.json' with { type: 'json' }
import type { LogDraft } from '../../records/outcome.ts'
import type { Store } from '../store/store.ts'
import { boundedArms } from './arm-metrics.ts'
import { telemetryFrom } from './otlp-bodies.ts'
import { postPayload } from './post-payload.ts'
import { type TelemetrySettings, telemetrySettings } from './telemetry-settings.ts'

/** Sends outcomes to an OpenTelemetry collector. It never throws, and callers never wait for the collector. */
export interface Telemetry {
  /** Queues entries that were appended to the log. If the queue is full they are dropped and counted. */
  entries(list: readonly LogDraft[]): void
  /** Sends the waiting entries, for a few seconds at most, and ends. */
  close(): Promise<void>
}

export interface TelemetryOptions {
  env: NodeJS.ProcessEnv
  fetch: typeof globalThis.fetch
  clock: Clock
  /** Random numbers in [0,1). */
  random: () => number
  /** Called with the number of entries that the collector did not get. They are not kept. */
  onLoss: (entries: number) => void
}

const queueBound = 10_000
const batchSize = 512
const intervalMs = 5000
const closingMs = 5000

/**
 * Sends to the address in `OTEL_EXPORTER_OTLP_ENDPOINT`. If it is not set, all calls do nothing.
 * @throws SluiceError `invalid-input` if a variable of OpenTelemetry is invalid
 */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const settings = telemetrySettings(options.env)
  return settings === undefined ? { entries() {}, async close() {} } : exporter(settings, options)
}

function exporter(settings: TelemetrySettings, { fetch, clock, random, onLoss }: TelemetryOptions): Telemetry {
  const stop = new AbortController()
  let queue: LogDraft[] = []
  let dropped = 0
  let since = clock.now()
  const armOf = boundedArms(clock)
  let timer: unknown
  let sending: Promise<void> | undefined

  const post = (path: string, body: object) =>
    postPayload(body, { ...settings, url: settings.endpoint + path, fetch, clock, random, stop: stop.signal })

  const sendBatch = async () => {
    const batch = queue.slice(0, batchSize)
    queue = queue.slice(batchSize)
    const span = { from: since, to: Math.max(since, clock.now()) }
    const context = { ...settings, version: manifest.version, span, armOf, dropped }
    since = span.to
    dropped = 0
    try {
      const { logs, metrics } = telemetryFrom(batch, context)
      const taken = await Promise.all([post('/v1/logs', logs), post('/v1/metrics', metrics)])
      if (taken.includes(false)) onLoss(batch.length)
    } catch {
      // An entry that cannot be converted must not end the process or stop later entries.
      onLoss(batch.length)
    }
  }

  const drain = async () => {
    while (queue.length > 0 && !stop.signal.aborted) await sendBatch()
  }

  const send = () => {
    clock.clearTimer(timer)
    timer = undefined
    sending ??= drain().finally(() => {
      sending = undefined
    })
    return sending
  }

  return {
    entries(list) {
      const room = Math.max(0, queueBound - queue.length)
      queue.push(...list.slice(0, room))
      const lost = Math.max(0, list.length - room)
      dropped += lost
      if (lost > 0) onLoss(lost)
      if (queue.length >= batchSize) void send()
      else timer ??= clock.setTimer(() => void send(), intervalMs)
    },
    async close() {
      const limit = clock.setTimer(() => stop.abort(), closingMs)
      await send()
      clock.clearTimer(limit)
      if (queue.length > 0) onLoss(queue.length)
    },
  }
}

/**
 * Wraps the store so that appended entries are sent to telemetry once they are durable. Each replica sends its own
 * appends, so replicas add up. Closing the store closes telemetry too.
 */
export function watchedStore(store: Store, telemetry: Telemetry): Store {
  return {
    ...store,
    async append(entries) {
      const results = await store.append(entries)
      telemetry.entries(entries.filter((_, index) => results[index] === 'accepted'))
      return results
    },
    async close() {
      await telemetry.close()
      await store.close()
    },
  }
}
