import { randomBytes } from 'node:crypto'
import { systemClock } from '@sluice/client'
import { errorMessage, SluiceError } from '../../errors.ts'
import { isLoopback } from '../../loopback.ts'
import type { PastNight } from '../../records/past-night.ts'
import { seededRandom } from '../../stats/random.ts'
import { dayMs, hourMs } from '../../time-units.ts'
import { createSignInLink } from '../server/access/sign-in-link.ts'
import { type ControlPlane, createControlPlane } from '../server/control-plane.ts'
import { startEngine } from '../server/engine.ts'
import { listen } from '../server/http/listen.ts'
import { createLog } from '../server/log.ts'
import { createMetrics } from '../server/metrics/metrics.ts'
import { startForecastThread } from '../server/rollouts/forecast-thread.ts'
import { createThreadLoad, listenForSignals, type ServeProcess } from '../server/serve/serve.ts'
import { memoryStore } from '../store/memory/memory-store.ts'
import { playStory } from './canary-story.ts'
import { demoEngineOptions } from './demo-engine.ts'
import { demoFeatures } from './demo-features.ts'
import { type DemoGate, demoNight } from './demo-gate.ts'
import { simulatePast } from './demo-past.ts'
import { makeDemoTokens, visitorTokenId } from './demo-tokens.ts'
import { startApplications } from './simulated-applications.ts'

export interface DemoSettings {
  host: string
  port: number
  /** Shows the address in a browser; absent: it is only printed. */
  open?: ((url: string) => Promise<void>) | undefined
  gate: DemoGate
}

/**
 * A control plane to look at: the real server and engine over a store in memory, and simulated applications that report
 * to it. It ends, and leaves nothing, at a signal.
 */
export async function serveDemo(settings: DemoSettings, process: ServeProcess): Promise<void> {
  refuseProduction(settings, process.env)
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  await refuseBusyAddress(settings)
  const signals = listenForSignals(process)
  const clock = systemClock
  const store = memoryStore()
  try {
    say(
      'SIMULATED: nothing here is real. Two weeks are being made up: some seconds, up to a minute on a busy machine ...',
    )
    const tokens = await makeDemoTokens(store, { clock, randomBytes })
    await simulatePast(store, { tokens, now: clock.now(), random: seededRandom(1), gate: settings.gate })
    const metrics = createMetrics()
    const log = createLog((line) => void process.stderr.write(line), clock.now, 'error')
    const nights = await lastNights(settings.gate, clock.now())
    const nightsOf = (feature: string) => nights.get(feature) ?? []
    const engine = startEngine(demoEngineOptions({ store, clock, log, metrics, nightsOf, random: Math.random }))
    const forecaster = startForecastThread({ clock, log })
    try {
      const { captureContents, engineState } = engine
      const signInLink = createSignInLink(visitorTokenId, { clock, randomBytes })
      const plane = await createControlPlane({
        ...{ store, clock, randomBytes, log, metrics, captureContents, engineState, forecaster },
        threadLoad: createThreadLoad(),
        settings: { isSimulated: true, heartbeatMs: 5000, signInLink },
      })
      const visit = firstVisit(plane)
      const listening = await listen(visit.plane, { host: settings.host, port: settings.port })
      const applications = await startApplications({ url: listening.url, token: tokens.client }, Math.random)
      const stopStory = playStory({ store, engineState, applications, visited: visit.visited })
      try {
        const url = `${listening.url}${signInLink.path}`
        for (const line of linkLines(url, listening.url, tokens.operator)) say(line)
        await settings.open?.(url).catch((error: unknown) => say(errorMessage(error)))
        await signals.first
        say('Ending.')
      } finally {
        stopStory()
        await Promise.race([applications.stop(), signals.second])
        await Promise.race([listening.close(), signals.second])
      }
    } finally {
      await Promise.race([Promise.all([engine.close(), forecaster.close()]), signals.second])
    }
  } finally {
    signals.dispose()
  }
}

const nightMs = 2 * hourMs

/** What the nightly run found, at two o'clock (UTC), of the versions that everybody had then. */
async function lastNights(gate: DemoGate, now: number): Promise<Map<string, PastNight[]>> {
  const at = Math.floor((now - nightMs) / dayMs) * dayMs + nightMs
  const nights = new Map<string, PastNight[]>()
  for (const { feature, active } of demoFeatures) {
    const night = await demoNight(feature, active, { gate, at })
    if (night) nights.set(feature, [night])
  }
  return nights
}

function linkLines(link: string, url: string, token: string): string[] {
  return [
    '',
    `Open   ${link}`,
    '       It signs you in, once and within ten minutes. Another browser signs in at the address below:',
    `Again  ${url}`,
    `Token  ${token}`,
    '',
    'A new version is on trial with some of the users. Soon after you have opened the page it goes bad:',
    'find it, see why, and roll it back. If you do nothing, it is rolled back by itself after some three minutes.',
    'Ctrl-C ends the demo, and leaves nothing behind.',
  ]
}

/** What is made up must never stand beside what is real, or be reached by others. */
function refuseProduction({ host }: DemoSettings, env: NodeJS.ProcessEnv): void {
  const refuse = (what: string) => new SluiceError('invalid-input', `--demo ${what}`)
  if (env.DATABASE_URL) throw refuse('never uses a database: unset DATABASE_URL, or leave out --demo')
  if (!isLoopback(host)) throw refuse(`is only for this machine: leave out --host ${host}`)
}

/**
 * An address that is in use is told before two weeks are made up, not after.
 * @throws SluiceError `cannot-run`
 */
async function refuseBusyAddress({ host, port }: DemoSettings): Promise<void> {
  const nothing = { fetch: async () => new Response(null, { status: 503 }), drain() {}, close() {} }
  await (await listen(nothing, { host, port })).close()
}

/** Notices when somebody has signed in and looks at a page. */
function firstVisit(plane: ControlPlane): { plane: ControlPlane; visited: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const fetch: ControlPlane['fetch'] = (request, node) => {
    if (request.headers.get('cookie')?.includes('sluice_session=')) resolve()
    return plane.fetch(request, node)
  }
  return { plane: { ...plane, fetch }, visited: promise }
}
