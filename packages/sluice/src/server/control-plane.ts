import type { Clock } from '@sluice/client'
import { Hono } from 'hono'
import manifest from '../../package.json' with { type: 'json' }
import type { Store } from '../store/store.ts'
import { createAdmission } from './access/admission.ts'
import { jsonResponse } from './http/answer.ts'
import { dispatch, problemResponse } from './http/dispatch.ts'
import type { NodeExchange } from './http/node-exchange.ts'
import { openApi } from './http/openapi.ts'
import { notFound, Problem } from './http/problem.ts'
import type { Route } from './http/route.ts'
import { watchDamagedRows } from './observe/damaged-rows.ts'
import type { Log } from './observe/log.ts'
import { createMetrics, type Metrics } from './observe/metrics.ts'
import { timedStore } from './observe/timed-store.ts'
import { createNamedRates } from './outcomes/named-rates.ts'
import { unitHasher } from './outcomes/unit-hash.ts'
import { type Accepted, defaultSettings, type Insight, type Plane, type PlaneSettings } from './plane.ts'
import { createHub } from './push/hub.ts'
import { keepLoaded } from './push/keep-loaded.ts'
import { createSnapshots } from './push/snapshots.ts'
import { createAcknowledgements } from './release/acknowledgements.ts'
import { createSnapshotRecord } from './release/snapshot-record.ts'
import { watchStragglers } from './release/stragglers.ts'
import { routes } from './routes/route-table.ts'

export interface ControlPlaneOptions {
  store: Store
  clock: Clock
  /** Unpredictable in production: tokens and salts are made of it. */
  randomBytes(size: number): Uint8Array
  log?: Log
  /** Takes the outcomes that were accepted, after they are durable. */
  intake?(accepted: readonly Accepted[]): Promise<void>
  insight?: Insight
  /** Where all measures go; its own by default. */
  metrics?: Metrics
  settings?: Partial<PlaneSettings>
}

/** The control plane without a socket: requests in, responses out. */
export interface ControlPlane {
  fetch(request: Request, node?: NodeExchange): Promise<Response>
  /** Where others may add what they measure. */
  metrics: Metrics
  streams(): number
  /** From now on readiness is denied. */
  drain(): void
  /** Ends the streams and stops all timers. The store stays open. */
  close(): void
}

/** Loads what is stored, then answers. */
export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { clock, randomBytes, log = () => undefined, metrics = createMetrics() } = options
  const store = timedStore(options.store, clock, metrics)
  const settings = { ...defaultSettings, ...options.settings }
  const snapshots = createSnapshots({ store, clock, log })
  const hub = createHub({ tokens: store, snapshots, clock, log, ...settings })
  let draining = false
  const plane: Plane = {
    store,
    clock,
    randomBytes,
    hashUnit: unitHasher(store.secret),
    settings,
    snapshots,
    rates: createNamedRates(store, snapshots, clock),
    given: createSnapshotRecord(snapshots),
    acknowledgements: createAcknowledgements(store),
    hub,
    metrics,
    log,
    intake: options.intake ?? (async () => undefined),
    insight: options.insight ?? { assessment: async () => null, drift: async () => null },
    draining: () => draining,
  }
  await snapshots.reload()
  const stops = [keepLoaded(plane), watchStragglers(plane), watchDamagedRows(plane)]
  metrics.gauge('streams', 'Open streams.', () => [{ value: hub.streams() }])
  metrics.gauge('store_read_age_seconds', 'Since the last look at the store that was answered.', () => [
    { value: snapshots.ageMs() / 1000 },
  ])
  metrics.gauge('revision', 'Of the present snapshot.', () => [{ value: snapshots.view(null).snapshot.revision }])
  const app = router(plane)
  return {
    fetch: async (request, node) => app.fetch(request, { node }),
    metrics,
    streams: () => hub.streams(),
    drain() {
      draining = true
    },
    close() {
      for (const stop of stops) stop()
      hub.close()
    },
  }
}

let made: unknown

/** Made when it is first asked for: it takes longer than everything else at the start. */
function contract(): unknown {
  made ??= openApi(routes, manifest.version)
  return made
}

type Bindings = { Bindings: { node: NodeExchange | undefined } }

function router(plane: Plane): Hono<Bindings> {
  const app = new Hono<Bindings>()
  const admission = createAdmission(plane.store, plane.clock, plane.settings.rate)
  for (const route of routes) {
    app.on(route.method, honoPath(route), (context) => {
      const params = context.req.param() as Record<string, string>
      return dispatch(route, { request: context.req.raw, params, node: context.env.node }, plane, admission)
    })
  }
  app.get('/openapi.json', () => jsonResponse({ status: 200, body: contract() }))
  for (const [path, allowed] of methodsByPath()) app.all(path, () => refused(plane, wrongMethod(allowed)))
  app.notFound(() => refused(plane, notFound('There is nothing at this address; /openapi.json says what there is.')))
  return app
}

function honoPath({ path }: Pick<Route, 'path'>): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

function methodsByPath(): Map<string, string[]> {
  const paths = Map.groupBy([...routes, { path: '/openapi.json', method: 'GET' }], honoPath)
  return new Map([...paths].map(([path, found]) => [path, found.map(({ method }) => method)]))
}

function wrongMethod(allowed: readonly string[]): Problem {
  const allow = allowed.join(', ')
  return new Problem(
    { status: 405, code: 'method-not-allowed', detail: `Allowed here: ${allow}.` },
    { headers: { allow } },
  )
}

function refused({ randomBytes }: Plane, problem: Problem): Response {
  return problemResponse(problem, Buffer.from(randomBytes(8)).toString('hex'))
}
