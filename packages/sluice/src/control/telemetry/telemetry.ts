import type { Clock } from '@sluice/client'
import manifest from '../../../package.json' with { type: 'json' }
import type { LogDraft } from '../../records/outcome.ts'
import type { Store } from '../store/store.ts'
import { boundedArms } from './arm-metrics.ts'
import { telemetryFrom } from './payload.ts'
import { postPayload } from './post-payload.ts'
import { type TelemetrySettings, telemetrySettings } from './telemetry-settings.ts'

/** Tells an OpenTelemetry collector what production reports. Nothing of it ever throws or waits for the collector. */
export interface Telemetry {
  /** Entries that were appended to the log. Beyond the bound of the queue they are dropped, and counted. */
  entries(list: readonly LogDraft[]): void
  /** Sends what waits, for a few seconds at most, and ends. */
  close(): Promise<void>
}

export interface TelemetryOptions {
  env: NodeJS.ProcessEnv
  fetch: typeof globalThis.fetch
  clock: Clock
  /** [0, 1) */
  random: () => number
  /** Told of entries that the collector did not get, of which nothing is kept. */
  onLoss: (entries: number) => void
}

const queueBound = 10_000
const batchSize = 512
const intervalMs = 5000
const closingMs = 5000

/**
 * Sends to where `OTEL_EXPORTER_OTLP_ENDPOINT` says; where it says nothing, all calls do nothing.
 * @throws SluiceError `invalid-input` where a variable of OpenTelemetry cannot be understood.
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
      // Whatever an entry holds, it ends neither the process nor what comes after it.
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
 * The store, whose appends are told to telemetry once they are durable: by whoever appends, so that replicas add up. Both
 * are closed together.
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
