import type { Environments } from '../../../core/suite/config/environments.ts'
import type { TokenRecord } from '../../../records/token.ts'
import { readers } from '../../../records/token-scopes.ts'
import { type Caller, maySee, maySeeAll, maySeeToken } from '../access/caller.ts'
import { securityHeaders } from '../http/security-headers.ts'
import { defineRoute } from '../route/route.ts'

const type = 'text/plain; version=0.0.4; charset=utf-8'

export const showMetrics = defineRoute({
  method: 'GET',
  path: '/metrics',
  summary: 'Measurements for Prometheus; those of features that the token may see',
  scopes: readers,
  quiet: true,
  standsAlone: true,
  answers: { 200: { description: 'The text format.', types: ['text/plain'] } },
  async handle({ caller }, { metrics, store, environments }) {
    const text = await metrics.text()
    const shown = maySeeAll(caller, environments)
      ? text
      : visibleTo(caller, { text, names: environments, tokens: await store.tokens() })
    return new Response(shown, { headers: { ...securityHeaders, 'content-type': type } })
  },
})

/** Quotes inside values are escaped, so these match only the labels themselves. */
const featureLabel = /[{,]feature="([^"]*)"/
const tokenLabel = /([{,](?:token|held_by)=")([^"]+)"/g

/**
 * Removes the series of features that the caller may not see, and says `wider` for tokens that reach further than the
 * caller's. Series of the whole process stay.
 */
function visibleTo(
  caller: Caller,
  { text, names, tokens }: { text: string; names: Environments; tokens: readonly TokenRecord[] },
): string {
  const isVisible = (line: string) => {
    const feature = featureLabel.exec(line)?.[1]
    return feature === undefined || maySee(caller, feature)
  }
  const seen = new Set(tokens.filter((token) => maySeeToken(caller, token, names)).map(({ id }) => id))
  const told = (line: string) =>
    line.replaceAll(tokenLabel, (all, before: string, id: string) => (seen.has(id) ? all : `${before}wider"`))
  return summed(
    text
      .split('\n')
      .filter(isVisible)
      .map((line) => [line, told(line)]),
  ).join('\n')
}

/** Series that have become the same by that are one, since a scrape with the same one twice would fail as a whole. */
function summed(lines: readonly (readonly [line: string, told: string])[]): string[] {
  const sums = new Map<string, number>()
  const seriesOf = (line: string) => line.slice(0, line.lastIndexOf(' '))
  for (const [line, told] of lines)
    if (line !== told)
      sums.set(seriesOf(told), (sums.get(seriesOf(told)) ?? 0) + Number(told.slice(seriesOf(told).length)))
  return [
    ...new Set(lines.map(([line, told]) => (line === told ? line : `${seriesOf(told)} ${sums.get(seriesOf(told))}`))),
  ]
}
