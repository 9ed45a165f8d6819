import { randomBytes } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import { isIP } from 'node:net'
import path from 'node:path'
import { type Clock, systemClock } from '@sluice/client'
import { createLeanFetch } from '../../../core/providers/http/lean-fetch.ts'
import { SluiceError } from '../../../errors.ts'
import type { Mask } from '../../../masking/mask.ts'
import { keepYoungSpaceSmall } from '../../../small-heap.ts'
import { openStore } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'
import { createTelemetry, watchedStore } from '../../telemetry/telemetry.ts'
import { createControlPlane } from '../control-plane.ts'
import { listen } from '../http/listen.ts'
import { createLog, type Level } from '../log.ts'
import { createMetrics, type Metrics } from '../metrics/metrics.ts'
import { seedAdmin } from '../tokens.ts'
import { type Nights, startServeEngine } from './serve-engine.ts'

/** The process that serves, as far as it is used. */
export interface ServeProcess {
  stderr: { write(text: string): unknown }
  env: NodeJS.ProcessEnv
  /** Knows the secrets of this process, and learns those that the project names; what is written passes it. */
  mask: Mask
  cwd(): string
  on: EventEmitter['on']
  off: EventEmitter['off']
}

export interface ServeSettings {
  host: string
  port: number
  /** Folder of the state, where `DATABASE_URL` names no other place. */
  data: string
  /** How long entries of the log are kept, in ms. */
  keepLogMs: number
  logLevel: Level
  /** Opens what the nightlies of the project in a folder have found. */
  openNights: (root: string) => Nights
}

/** Runs the control plane until it is told to stop: the first signal lets it finish, a second ends it at once. */
export async function serve(settings: ServeSettings, process: ServeProcess): Promise<void> {
  const { host, port, data, keepLogMs, logLevel, openNights } = settings
  const clock = systemClock
  const log = createLog((line) => void process.stderr.write(line), clock.now, logLevel)
  const signals = listenForSignals(process)
  const stopLooking = keepYoungSpaceSmall()
  const metrics = createMetrics()
  const store = await openServeStore(process, { data, clock, metrics })
  try {
    const accessible = await seedAdmin(store, clock, process.env.SLUICE_ADMIN_TOKEN)
    if (!accessible) refuseOpenAddress(host)
    const engine = await startServeEngine(process, { store, clock, log, metrics, keepLogMs, openNights })
    try {
      const { intake, insight } = engine
      const plane = await createControlPlane({ store, clock, randomBytes, log, metrics, intake, insight })
      const listening = await listen(plane, { host, port })
      log('info', 'listening', { url: listening.url, store: store.kind })
      if (!accessible)
        log('warn', 'no token exists, so nobody gets in: start with SLUICE_ADMIN_TOKEN=$(openssl rand -hex 32) set')
      await signals.first
      log('info', 'stopping: requests under way may finish; signal again to stop at once')
      await Promise.race([listening.close(), signals.second])
    } finally {
      await Promise.race([engine.close(), signals.second])
    }
  } finally {
    await Promise.race([store.close(), signals.second])
    signals.dispose()
    stopLooking()
  }
}

/**
 * The store of `sluice serve`, in the folder `data` or where `DATABASE_URL` says. What is appended to its log goes to a
 * collector as well, if OpenTelemetry's variables name one.
 */
async function openServeStore(
  process: Pick<ServeProcess, 'cwd' | 'env'>,
  { data, clock, metrics }: { data: string; clock: Clock; metrics: Metrics },
): Promise<Store> {
  const { env } = process
  const onLoss = (entries: number) =>
    metrics.count('telemetry_lost_total', 'Log entries that the collector did not get.', {}, entries)
  const telemetry = createTelemetry({ env, fetch: createLeanFetch({ env }), clock, random: Math.random, onLoss })
  const { DATABASE_URL: databaseUrl } = env
  const store = await openStore({ dataDir: path.resolve(process.cwd(), data), ...(databaseUrl && { databaseUrl }) })
  return watchedStore(store, telemetry)
}

/** Loopback is open to those on the machine only; anything else needs a lock before the door. */
function refuseOpenAddress(host: string): void {
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return
  throw new SluiceError(
    'invalid-input',
    `--host ${host}: other machines may connect only once a token exists. Set SLUICE_ADMIN_TOKEN, e.g. to "openssl rand -hex 32"`,
  )
}

function listenForSignals(process: Pick<ServeProcess, 'on' | 'off'>) {
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  let seen = false
  const onSignal = () => {
    if (seen) second.resolve()
    seen = true
    first.resolve()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    first: first.promise,
    second: second.promise,
    dispose() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
