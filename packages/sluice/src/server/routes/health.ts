import { z } from 'zod'
import { Problem } from '../http/problem.ts'
import { defineRoute } from '../http/route.ts'

const status = z.object({ status: z.literal('ok') })
const ok = { status: 200, body: { status: 'ok' } }

/** Less than five seconds after the store fell silent, readiness is denied, and no probe waits longer than this. */
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
  summary: 'The store answers and the process is not going down',
  scopes: null,
  quiet: true,
  answers: { 200: { description: 'Ready.', schema: status } },
  async handle(_, { store, snapshots, clock, draining }) {
    if (draining()) throw new Problem({ status: 503, code: 'shutting-down', detail: 'The server is shutting down.' })
    if (snapshots.ageMs() > mostAgeMs) throw unread()
    const timer = Promise.withResolvers<void>()
    const late = clock.setTimer(() => timer.reject(unread()), patienceMs)
    await Promise.race([store.ping(), timer.promise]).finally(() => clock.clearTimer(late))
    return ok
  },
})
