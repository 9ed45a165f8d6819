import type { Clock } from '@sluice/client'
import { Hono } from 'hono'
import manifest from '../../../package.json' with { type: 'json' }
import type { ApprovalRules } from '../../core/suite/config/approval-settings.ts'
import type { Environments } from '../../core/suite/config/environments.ts'
import type { AcceptedOutcome } from '../../records/outcome.ts'
import type { Store } from '../store/store.ts'
import { createAdmission } from './access/admission.ts'
import { createIdentityProvider, type ProviderOptions } from './access/identity-provider.ts'
import { oneIssuer } from './access/people.ts'
import { createRateLimit } from './access/rate-limit.ts'
import { createSessions } from './access/sessions.ts'
import { createSignInAttempts } from './access/sign-in-attempts.ts'
import { createTokenDirectory, type TokenDirectory } from './access/token-directory.ts'
import type { EngineState } from './engine-state.ts'
import { jsonResponse, type NodeExchange } from './http/answer.ts'
import { notFound, Problem } from './http/problem.ts'
import { createAcknowledgements } from './instances/acknowledgements.ts'
import { watchStragglers } from './instances/stragglers.ts'
import type { Log } from './log.ts'
import { createMetrics, type Metrics } from './metrics/metrics.ts'
import { timedStore, watchDamagedRows } from './metrics/store-metrics.ts'
import { unitHasher } from './outcomes/log-entry.ts'
import { createNamedRates } from './outcomes/named-rates.ts'
import { createKeptPages } from './pages/kept-pages.ts'
import { createKeptReads } from './pages/kept-reads.ts'
import { createLiveStreams } from './pages/live-streams.ts'
import { dispatchPage, missingPage, wantsPage } from './pages/page-dispatch.ts'
import { pageRoutes } from './pages/page-routes.ts'
import { createEndForecasts } from './rollouts/end-forecasts.ts'
import { type Forecaster, inThisThread } from './rollouts/forecaster.ts'
import { dispatch, problemResponse } from './route/dispatch.ts'
import { openApi } from './route/openapi.ts'
import { routes } from './routes.ts'
import { defaultSettings, type ServerSettings, type Services } from './services.ts'
import { createSnapshotRecord } from './snapshots/snapshot-record.ts'
import { createSnapshots } from './snapshots/snapshots.ts'
import { createStreams, keepLoaded } from './snapshots/streams.ts'
import { stopwatch } from './timers.ts'

export interface ControlPlaneOptions {
  store: Store
  clock: Clock
  /** Must be unpredictable in production, since tokens and salts are made of it. */
  randomBytes(size: number): Uint8Array
  log?: Log
  /** Receives the accepted outcomes after they are durable. */
  captureContents?(accepted: readonly AcceptedOutcome[]): Promise<void>
  engineState?: EngineState
  /** Where all measurements go; a new registry by default. */
  metrics?: Metrics
  settings?: Partial<ServerSettings>
  /**
   * In which share of the time since its last call this thread was at work, in [0,1]; null: it is taken for idle. No
   * server can forget it: that would show nowhere but on a busy machine.
   */
  threadLoad: (() => number) | null
  /** Computes how rollouts end; by default in this thread. */
  forecaster?: Forecaster
  /** Where people sign in; without it by tokens only. */
  oidc?: Omit<ProviderOptions, 'clock'>
  /** Who must approve releases; nobody by default. */
  approvals?: ApprovalRules
  /** In the order in which versions move through them; none by default. */
  environments?: Environments
}

/** The control plane as a function from requests to responses, without a socket. */
export interface ControlPlane {
  fetch(request: Request, node?: NodeExchange): Promise<Response>
  /** Other parts may add their measurements here. */
  metrics: Metrics
  streams(): number
  /** From now on the readiness check fails. */
  drain(): void
  /** Ends the streams and stops all timers. The store stays open. */
  close(): void
}

/** Loads the stored state; resolves when requests can be answered. */
export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { clock, randomBytes, log = () => undefined, metrics = createMetrics(), environments = [] } = options
  const store = timedStore(options.store, clock, metrics)
  const settings = { ...defaultSettings, ...options.settings }
  const snapshots = createSnapshots({ store, clock, log })
  const streams = createStreams({ tokens: store, snapshots, clock, log, ...settings })
  const directory = createTokenDirectory(store, clock)
  const secure = settings.publicUrl?.startsWith('https:') === true
  const issuer = options.oidc ? oneIssuer(options.oidc.settings) : null
  const sessions = createSessions({ store, directory, clock, randomBytes, secure, issuer })
  const keptPages = createKeptPages(clock)
  const live = createLiveStreams({
    ...{ store, sessions, snapshots, environments, clock, log, drop: keptPages.drop, ...settings },
    threadLoad: options.threadLoad ?? (() => 0),
  })
  const engineState = options.engineState ?? { assessment: async () => null, drift: async () => null }
  let draining = false
  const services: Services = {
    store,
    clock,
    randomBytes,
    hashUnit: unitHasher(store.secret),
    settings,
    approvals: options.approvals ?? {},
    environments,
    snapshots,
    rates: createNamedRates(store, snapshots, clock),
    given: createSnapshotRecord(snapshots),
    acknowledgements: createAcknowledgements(store),
    streams,
    sessions,
    oidc: options.oidc
      ? {
          settings: options.oidc.settings,
          provider: createIdentityProvider({ ...options.oidc, clock }),
          attempts: createSignInAttempts({ store, clock, randomBytes, secure, issuer: options.oidc.settings.issuer }),
        }
      : null,
    signInLimit: createRateLimit(failedSignIns),
    keptPages,
    kept: createKeptReads({ store, engineState, clock }),
    live,
    endForecasts: createEndForecasts({
      log: store,
      clock,
      forecaster: options.forecaster ?? inThisThread(() => stopwatch(clock)),
    }),
    metrics,
    log,
    captureContents: options.captureContents ?? (async () => undefined),
    engineState,
    draining: () => draining,
  }
  await snapshots.reload()
  services.oidc?.provider.find().catch((error) => {
    log('warn', 'nobody can sign in at the identity provider yet', { error: String(error.message) })
  })
  const stops = [keepLoaded(services), watchStragglers(services), watchDamagedRows(services)]
  metrics.gauge('streams', 'Open streams.', () => [{ value: streams.count() }])
  metrics.gauge('store_read_age_seconds', 'Since the last successful read of the store began.', () => [
    { value: snapshots.ageMs() / 1000 },
  ])
  metrics.gauge('revision', 'Of the present snapshot.', () => [{ value: snapshots.view(null).snapshot.revision }])
  metrics.gauge('open_pages', 'Pages in browsers that follow changes.', () => [{ value: live.count() }])
  const app = router(services, directory)
  return {
    fetch: async (request, node) => app.fetch(request, { node }),
    metrics,
    streams: () => streams.count(),
    drain() {
      draining = true
    },
    close() {
      for (const stop of stops) stop()
      streams.close()
      live.close()
    },
  }
}

/** Whoever fails more often from one address must wait; whoever has a token needs one attempt. */
const failedSignIns = { perSecond: 0.2, burst: 20 }

let made: unknown

/** Made at the first request, since making it takes longer than the rest of the start. */
function contract(): unknown {
  made ??= openApi(routes, manifest.version)
  return made
}

type Bindings = { Bindings: { node: NodeExchange | undefined } }

function router(services: Services, directory: TokenDirectory): Hono<Bindings> {
  const app = new Hono<Bindings>()
  const { clock, environments } = services
  const admission = createAdmission({ directory, clock, rate: services.settings.rate, environments })
  for (const route of routes) {
    app.on(route.method, honoPath(route), (context) => {
      const params = context.req.param() as Record<string, string>
      return dispatch(route, { request: context.req.raw, params, node: context.env.node }, services, admission)
    })
  }
  for (const route of pageRoutes) {
    app.on(route.method, honoPath(route), (context) => {
      const params = context.req.param() as Record<string, string>
      return dispatchPage(route, { request: context.req.raw, params, node: context.env.node }, services, admission)
    })
  }
  app.get('/openapi.json', () => jsonResponse({ status: 200, body: contract() }))
  for (const [path, allowed] of methodsByPath())
    app.all(path, ({ req }) => refused(services, wrongMethod(allowed), req.raw))
  app.notFound(({ req }) => refused(services, missing(req.raw), req.raw))
  return app
}

function honoPath({ path }: { path: string }): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

function methodsByPath(): Map<string, string[]> {
  const paths = Map.groupBy([...routes, ...pageRoutes, { path: '/openapi.json', method: 'GET' }], honoPath)
  return new Map([...paths].map(([path, found]) => [path, found.map(({ method }) => method)]))
}

function wrongMethod(allowed: readonly string[]): Problem {
  const allow = allowed.join(', ')
  return new Problem(
    { status: 405, code: 'method-not-allowed', detail: `Allowed here: ${allow}.` },
    { headers: { allow } },
  )
}

function missing(request: Request): Problem {
  return notFound(
    wantsPage(request)
      ? 'There is no page at this address.'
      : 'There is nothing at this address; /openapi.json says what there is.',
  )
}

function refused(services: Services, problem: Problem, request: Request): Response | Promise<Response> {
  if (wantsPage(request)) return missingPage(problem, request, services)
  return problemResponse(problem, Buffer.from(services.randomBytes(8)).toString('hex'))
}
