import { z } from 'zod'
import { loopFaultSchema, type ReportedFault } from '../../records/loop-fault.ts'
import { maySee, type TokenReach } from './access/caller.ts'
import { Problem } from './http/problem.ts'
import { damagedByFeature } from './metrics/store-metrics.ts'
import { defineRoute } from './route/route.ts'
import type { Services } from './services.ts'

const failing = z
  .array(loopFaultSchema)
  .meta({ description: 'Of the features that the token may see, at most 100; empty without a token.' })
const unnamed = z.int().meta({ description: 'How many further faults there are.' })
const leading = z
  .array(z.string())
  .meta({ description: 'What this replica alone does at present: controller (the canaries), drift, judge.' })
const mostNamed = 100

const status = z.object({ status: z.literal('ok') })
const ok = { status: 200, body: { status: 'ok' } }

/** Readiness fails when the last successful read is older than this, so in less than 5 s after the store fails. */
const mostAgeMs = 4000
const patienceMs = 1000

function unread(): Problem {
  return new Problem({ status: 503, code: 'store-unread', detail: 'The store does not answer.' })
}

export const health = defineRoute({
  method: 'GET',
  path: '/healthz',
  summary: 'The process is alive',
  scopes: null,
  quiet: true,
  answers: { 200: { description: 'Alive.', schema: status } },
  handle: () => ok,
})

export const ready = defineRoute({
  method: 'GET',
  path: '/readyz',
  summary: 'The store answers and the process is not shutting down',
  scopes: null,
  quiet: true,
  saysMore: 'With one, the answer names what keeps failing, for the features that the token may see.',
  answers: {
    200: {
      description: 'Ready. Faults of one feature never stop another.',
      schema: status.extend({ leading, failing, unnamed }),
    },
  },
  async handle({ recognised }, services) {
    const { store, snapshots, clock, draining } = services
    if (draining()) throw new Problem({ status: 503, code: 'shutting-down', detail: 'The server is shutting down.' })
    if (snapshots.ageMs() > mostAgeMs) throw unread()
    const timer = Promise.withResolvers<never>()
    const late = clock.setTimer(() => timer.reject(unread()), patienceMs)
    const asked = Promise.all([store.leases(), recognised(), store.ping()])
    const [leases, caller] = await Promise.race([asked, timer.promise]).finally(() => clock.clearTimer(late))
    // The names of channels and of the repository are for callers with a token.
    const works = leases.filter(({ ours, name }) => ours && !/^(?:notify|github):/.test(name)).map(({ name }) => name)
    const { faults, unnamed } = faultsFor(services, caller.tokenId === null ? null : caller)
    const failing = faults.slice(0, mostNamed)
    const more = unnamed + faults.length - failing.length
    return { status: 200, body: { status: 'ok', leading: works, failing, unnamed: more } }
  },
})

/**
 * What keeps failing in this process, as far as the viewer may see it, and how much more does. Nobody in particular
 * sees none.
 */
export function faultsFor(
  { store, engineState, endForecasts }: Pick<Services, 'store' | 'engineState' | 'endForecasts'>,
  viewer: TokenReach | null,
): { faults: ReportedFault[]; unnamed: number } {
  const damaged = damagedByFeature(store).map(({ kind, feature, rows }) => {
    return { loop: `reading a ${kind}`, feature, code: 'damaged', since: null, failures: rows }
  })
  const forecasts = endForecasts.fault()
  const unforeseen = forecasts
    ? [{ loop: 'forecasts', feature: null, code: 'thread-ended', since: forecasts.since, failures: forecasts.failures }]
    : []
  const all = [...(engineState.faults?.() ?? []), ...unforeseen, ...damaged]
  const faults = all.filter(({ feature }) => viewer !== null && (feature === null || maySee(viewer, feature)))
  return { faults, unnamed: all.length - faults.length }
}
