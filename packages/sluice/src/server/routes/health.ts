import { z } from 'zod'
import { Problem } from '../http/problem.ts'
import { defineRoute } from '../http/route.ts'

const status = z.object({ status: z.literal('ok') })
const ok = { status: 200, body: { status: 'ok' } }

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
  async handle(_, { store, draining }) {
    if (draining()) throw new Problem({ status: 503, code: 'shutting-down', detail: 'The server is shutting down.' })
    await store.ping()
    return ok
  },
})
