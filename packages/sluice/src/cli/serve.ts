import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { systemClock } from '@sluice/client'
import { SluiceError } from '../errors.ts'
import { createControlPlane } from '../server/control-plane.ts'
import { listen } from '../server/http/listen.ts'
import { createLog } from '../server/log.ts'
import { createMetrics } from '../server/metrics/metrics.ts'
import { seedAdmin } from '../server/tokens.ts'
import { keepYoungSpaceSmall } from '../suite/small-heap.ts'
import { durationFlag } from './duration-flag.ts'
import type { Host } from './host.ts'
import { startServeEngine } from './serve-engine.ts'
import { openServeStore } from './serve-store.ts'

export interface ServeOptions {
  host: string
  port: number
  data: string
  keepLog: string
  logLevel: 'debug' | 'info' | 'warn' | 'error'
}

/** Runs the control plane until it is told to stop: the first signal lets it finish, a second ends it at once. */
export async function serve(options: ServeOptions, process: Host): Promise<number> {
  const { host, port, data, logLevel } = options
  const keepLogMs = durationFlag('--keep-log', options.keepLog)
  const clock = systemClock
  const log = createLog((line) => void process.stderr.write(line), clock.now, logLevel)
  const signals = listenForSignals(process)
  const stopLooking = keepYoungSpaceSmall()
  const metrics = createMetrics()
  const store = await openServeStore(process, { data, clock, metrics })
  try {
    const accessible = await seedAdmin(store, clock, process.env.SLUICE_ADMIN_TOKEN)
    if (!accessible) refuseOpenAddress(host)
    const engine = await startServeEngine(process, { store, clock, log, metrics, keepLogMs })
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
      return 0
    } finally {
      await Promise.race([engine.close(), signals.second])
    }
  } finally {
    await Promise.race([store.close(), signals.second])
    signals.dispose()
    stopLooking()
  }
}

/** Loopback is open to those on the machine only; anything else needs a lock before the door. */
function refuseOpenAddress(host: string): void {
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return
  throw new SluiceError(
    'invalid-input',
    `--host ${host}: other machines may connect only once a token exists. Set SLUICE_ADMIN_TOKEN, e.g. to "openssl rand -hex 32"`,
  )
}

function listenForSignals(process: Pick<Host, 'on' | 'off'>) {
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
