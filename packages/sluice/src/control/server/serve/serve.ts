import { randomBytes } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { type Clock, systemClock } from '@sluice/client'
import { createLeanFetch } from '../../../core/providers/http/lean-fetch.ts'
import { SluiceError } from '../../../errors.ts'
import { isLoopback } from '../../../loopback.ts'
import type { Mask } from '../../../masking/mask.ts'
import { keepYoungSpaceSmall } from '../../../small-heap.ts'
import { listenForStopSignals } from '../../../stop-signals.ts'
import { openStore } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'
import { createTelemetry, watchedStore } from '../../telemetry/telemetry.ts'
import { createControlPlane } from '../control-plane.ts'
import { listen } from '../http/listen.ts'
import { createLog, type Level } from '../log.ts'
import { createMetrics, type Metrics } from '../metrics/metrics.ts'
import { startForecastThread } from '../rollouts/forecast-thread.ts'
import { seedAdmin } from '../tokens.ts'
import { noteEnvironments } from './note-environments.ts'
import { noteRules } from './note-rules.ts'
import { readServeConfig, signInOptions } from './serve-config.ts'
import { type Nights, startServeEngine } from './serve-engine.ts'

/** The parts of the process that are used. */
export interface ServeProcess {
  stderr: { write(text: string): unknown }
  env: NodeJS.ProcessEnv
  /** Masks the known secrets in all that is written; also learns the secrets that the project names. */
  mask: Mask
  cwd(): string
  on: EventEmitter['on']
  off: EventEmitter['off']
}

export interface ServeSettings {
  host: string
  port: number
  /** Folder of the state. Not used if `DATABASE_URL` is set. */
  data: string
  /** How long log entries are kept, in ms. */
  keepLogMs: number
  logLevel: Level
  /** The address by which browsers reach the pages; the variable `SLUICE_PUBLIC_URL` by default. */
  publicUrl?: string | undefined
  /** Opens the nightly results of the project in this folder. */
  openNights: (root: string) => Nights
}

/** Runs the control plane until a signal. The first signal lets open requests finish, a second one ends it at once. */
export async function serve(settings: ServeSettings, process: ServeProcess): Promise<void> {
  const { host, port, data, keepLogMs, logLevel, openNights } = settings
  const clock = systemClock
  const publicUrl = publicUrlOf(settings.publicUrl ?? process.env.SLUICE_PUBLIC_URL)
  const log = createLog((line) => void process.stderr.write(line), clock.now, logLevel)
  const signals = listenForSignals(process)
  const stopHeapChecks = keepYoungSpaceSmall()
  const metrics = createMetrics()
  const store = await openServeStore(process, { data, clock, metrics })
  try {
    const accessible = await seedAdmin(store, clock, process.env.SLUICE_ADMIN_TOKEN)
    if (!accessible) refuseOpenAddress(host)
    const project = await readServeConfig(process)
    const oidc = signInOptions(project.config, { env: process.env, host, publicUrl })
    const approvals = project.config.server?.approvals ?? {}
    const environments = project.config.server?.environments ?? []
    await noteEnvironments({ store, clock, log }, environments)
    await noteRules({ store, clock, log }, approvals)
    const engine = await startServeEngine(process, project, {
      ...{ store, clock, log, metrics, keepLogMs, openNights, publicUrl },
    })
    const forecaster = startForecastThread({ clock, log })
    try {
      const { captureContents, engineState } = engine
      const plane = await createControlPlane({
        ...{
          store,
          clock,
          randomBytes,
          log,
          metrics,
          captureContents,
          engineState,
          approvals,
          environments,
          forecaster,
        },
        threadLoad: createThreadLoad(),
        settings: { publicUrl },
        ...(oidc && { oidc }),
      })
      const listening = await listen(plane, { host, port })
      log('info', 'listening', { url: listening.url, store: store.kind })
      if (!accessible)
        log(
          'warn',
          'no valid token exists, so every request with a token is refused: set SLUICE_ADMIN_TOKEN, e.g. to "openssl rand -hex 32", and start again',
        )
      await signals.first
      log('info', 'stopping: requests under way may finish; signal again to stop at once')
      const end = await Promise.race([listening.close(), signals.second.then(() => 'cut off' as const)])
      if (end === 'cut off') log('warn', 'stopping at once: requests under way are cut off')
    } finally {
      await Promise.race([Promise.all([engine.close(), forecaster.close()]), signals.second])
    }
  } finally {
    await Promise.race([store.close(), signals.second])
    signals.dispose()
    stopHeapChecks()
  }
}

/**
 * The store of `sluice serve`, in the folder `data` or the database of `DATABASE_URL`. Appended log entries are also
 * sent to a collector if OpenTelemetry's variables name one.
 */
async function openServeStore(
  process: Pick<ServeProcess, 'cwd' | 'env'>,
  { data, clock, metrics }: { data: string; clock: Clock; metrics: Metrics },
): Promise<Store> {
  const { env } = process
  const onLoss = (entries: number) =>
    metrics.count('telemetry_lost_total', 'Log entries that did not reach the collector.', {}, entries)
  const telemetry = createTelemetry({ env, fetch: createLeanFetch({ env }), clock, random: Math.random, onLoss })
  const { DATABASE_URL: databaseUrl } = env
  const store = await openStore({ dataDir: path.resolve(process.cwd(), data), ...(databaseUrl && { databaseUrl }) })
  return watchedStore(store, telemetry)
}

/**
 * The address of the pages; null if none is given. Its scheme says whether browsers use TLS, which the server itself
 * cannot see behind a proxy.
 * @throws SluiceError `invalid-input`
 */
function publicUrlOf(given: string | undefined): string | null {
  if (!given) return null
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url && ['http:', 'https:'].includes(url.protocol)) return given.replace(/\/+$/, '')
  const message = `--public-url ${given}: expected the address by which browsers reach the pages, e.g. https://sluice.example.com`
  throw new SluiceError('invalid-input', message)
}

/** Only this machine reaches a loopback address. Any other address is refused unless a valid token exists. */
function refuseOpenAddress(host: string): void {
  if (isLoopback(host)) return
  throw new SluiceError(
    'invalid-input',
    `--host ${host}: other machines may connect only if a token exists. Set SLUICE_ADMIN_TOKEN, e.g. to "openssl rand -hex 32"`,
  )
}

/** Returns, at each call, in which share of the time since the last one this thread was at work, in [0,1]. */
export function createThreadLoad(): () => number {
  let before = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return utilization
  }
}

/** The first signal asks to end, a second one to end at once. */
export function listenForSignals(process: Pick<ServeProcess, 'on' | 'off'>, now?: () => number) {
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  let seen = false
  const heard = () => {
    if (seen) second.resolve()
    seen = true
    first.resolve()
  }
  const { dispose } = listenForStopSignals(process, heard, now)
  return { first: first.promise, second: second.promise, dispose }
}
