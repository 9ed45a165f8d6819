import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SluiceClient, systemClock } from '@sluice/client'
import { createAnswerModes } from '../../core/scorers/judge/judge.ts'
import { SluiceError } from '../../errors.ts'
import { createControlPlane } from '../server/control-plane.ts'
import { startEngine } from '../server/engine.ts'
import { listen } from '../server/http/listen.ts'
import { isLoopback } from '../server/http/loopback.ts'
import { createLog } from '../server/log.ts'
import { createMetrics } from '../server/metrics/metrics.ts'
import { listenForSignals, type ServeProcess } from '../server/serve/serve.ts'
import { seedAdmin } from '../server/tokens.ts'
import { openStore } from '../store/open-store.ts'
import { demoCanary, demoFeatures, demoVersion, simulatedAnswer } from './demo-material.ts'
import { askOf, simulatePast } from './demo-past.ts'

export interface DemoSettings {
  host: string
  port: number
  /** Shows the address in a browser; absent: it is only printed. */
  open?: ((url: string) => Promise<void>) | undefined
}

const instanceNames = ['web-1', 'web-2', 'web-3', 'web-4', 'web-5', 'web-6', 'worker-1', 'worker-2']
const trafficEveryMs = 200
const requestsAtATime = 3
const userCount = 20_000
/** After this long the canary begins to go bad, and after `worstMs` it is as bad as it gets. */
const goodMs = 40_000
const worstMs = 240_000

/**
 * A control plane to look at: a real store and engine in a temporary folder, and simulated applications that report to
 * it. It ends, and leaves nothing, at a signal.
 */
export async function serveDemo(settings: DemoSettings, process: ServeProcess): Promise<void> {
  refuseProduction(settings, process.env)
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const signals = listenForSignals(process)
  const folder = await mkdtemp(path.join(tmpdir(), 'sluice-demo-'))
  const clock = systemClock
  const store = await openStore({ dataDir: folder })
  try {
    const token = randomBytes(16).toString('hex')
    await seedAdmin(store, clock, token)
    say('SIMULATED: nothing here is real. Nine days are being made up ...')
    await simulatePast(store, token, clock.now())
    const metrics = createMetrics()
    const log = createLog((line) => void process.stderr.write(line), clock.now, 'error')
    const engine = startEngine(engineOptions({ store, clock, log, metrics }))
    const { captureContents, engineState } = engine
    const plane = await createControlPlane({
      ...{ store, clock, randomBytes, log, metrics, captureContents, engineState },
      settings: { isSimulated: true },
    })
    const listening = await listen(plane, { host: settings.host, port: settings.port })
    const stop = await startTraffic(listening.url, token)
    try {
      const version = demoVersion(demoCanary.feature, demoCanary.label).id
      const ask = askOf((request) => plane.fetch(request), token)
      await ask('POST', `/v1/features/${demoCanary.feature}/rollouts`, {
        version,
        reason: 'shorter summaries',
        acceptUndecided: true,
      })
      say(`Open   ${listening.url}`)
      say(`Token  ${token}`)
      say('A canary has just started. Within two minutes it goes bad: find it, and roll it back. Ctrl-C ends the demo.')
      await settings.open?.(listening.url)
      await signals.first
      say('Ending: the temporary folder is removed.')
    } finally {
      await Promise.race([stop(), signals.second])
      await Promise.race([listening.close(), signals.second])
      await Promise.race([engine.close(), signals.second])
    }
  } finally {
    await Promise.race([store.close(), signals.second])
    await rm(folder, { recursive: true, force: true })
    signals.dispose()
  }
}

/** What is made up must never stand beside what is real, or be reached by others. */
function refuseProduction({ host }: DemoSettings, env: NodeJS.ProcessEnv): void {
  const refuse = (what: string) => new SluiceError('invalid-input', `--demo ${what}`)
  if (env.DATABASE_URL) throw refuse('never uses a database: unset DATABASE_URL, or leave out --demo')
  if (!isLoopback(host)) throw refuse(`is only for this machine: leave out --host ${host}`)
}

type Parts = Pick<Parameters<typeof startEngine>[0], 'store' | 'clock' | 'log' | 'metrics'>

/** Nothing is judged and nobody is told: that would take a model, and channels. */
function engineOptions(parts: Parts): Parameters<typeof startEngine>[0] {
  const nothing = () => Promise.reject(new SluiceError('cannot-run', 'the demo stores and judges no answers'))
  return {
    ...parts,
    random: Math.random,
    keepLogMs: 30 * 86_400_000,
    judge: {
      modes: createAnswerModes({ searchesAgain: true }),
      clientOf: () => ({ complete: nothing }),
      unaskable: async () => 'the demo has no judge',
    },
    redactorOf: nothing,
    redactTextsOf: nothing,
    nightOf: () => undefined,
    notify: {
      ...{ channels: [], project: 'demo', linkTo: () => undefined },
      deliver: { fetch, random: Math.random, sleep: async () => undefined },
    },
  }
}

/** Starts the simulated applications, each a real client. Returns what ends them. */
async function startTraffic(url: string, token: string): Promise<() => Promise<void>> {
  const startedAt = Date.now()
  const canary = demoVersion(demoCanary.feature, demoCanary.label).id
  const clients = instanceNames.map(
    (instance) => new SluiceClient({ url, token, instance, onDiagnostic: () => undefined }),
  )
  await Promise.all(clients.map((client) => client.ready()))
  const badness = (version: string | null) => {
    if (version !== canary) return 0
    return Math.min(1, Math.max(0, (Date.now() - startedAt - goodMs) / (worstMs - goodMs)))
  }
  const timer = setInterval(() => {
    for (let index = 0; index < requestsAtATime; index += 1) {
      const client = clients[Math.floor(Math.random() * clients.length)]
      const feature = Math.random() < 0.7 ? demoCanary.feature : anyFeature()
      const route = client?.route(feature, `user-${Math.floor(Math.random() * userCount)}`)
      route?.record(simulatedAnswer(badness(route.version), Math.random))
    }
  }, trafficEveryMs)
  return async () => {
    clearInterval(timer)
    await Promise.all(clients.map((client) => client.close()))
  }
}

function anyFeature(): string {
  return demoFeatures[Math.floor(Math.random() * demoFeatures.length)]?.feature ?? demoCanary.feature
}
