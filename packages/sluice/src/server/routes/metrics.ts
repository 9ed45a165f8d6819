import { securityHeaders } from '../http/answer.ts'
import { defineRoute } from '../http/route.ts'

const type = 'text/plain; version=0.0.4; charset=utf-8'

export const showMetrics = defineRoute({
  method: 'GET',
  path: '/metrics',
  summary: 'Measurements for Prometheus',
  scopes: ['operator'],
  quiet: true,
  answers: { 200: { description: 'The text format.', types: ['text/plain'] } },
  async handle(_, { metrics }) {
    return new Response(await metrics.text(), { headers: { ...securityHeaders, 'content-type': type } })
  },
})
