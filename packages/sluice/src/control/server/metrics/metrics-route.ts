import type { Environments } from '../../../core/suite/config/environments.ts'
import { readers } from '../../../records/token-scopes.ts'
import { type Caller, maySee, maySeeAll } from '../access/caller.ts'
import { securityHeaders } from '../http/security-headers.ts'
import { defineRoute } from '../route/route.ts'

const type = 'text/plain; version=0.0.4; charset=utf-8'

export const showMetrics = defineRoute({
  method: 'GET',
  path: '/metrics',
  summary: 'Measurements for Prometheus; those of features that the token may see',
  scopes: readers,
  quiet: true,
  answers: { 200: { description: 'The text format.', types: ['text/plain'] } },
  async handle({ caller }, { metrics, environments }) {
    const text = visibleTo(caller, await metrics.text(), environments)
    return new Response(text, { headers: { ...securityHeaders, 'content-type': type } })
  },
})

/** Quotes inside values are escaped, so this matches only the label itself. */
const featureLabel = /[{,]feature="([^"]*)"/

/** Removes the series of features that the caller may not see. Series of the whole process stay. */
function visibleTo(caller: Caller, text: string, names: Environments): string {
  if (maySeeAll(caller, names)) return text
  const isVisible = (line: string) => {
    const feature = featureLabel.exec(line)?.[1]
    return feature === undefined || maySee(caller, feature)
  }
  return text.split('\n').filter(isVisible).join('\n')
}
