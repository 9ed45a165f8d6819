import { z } from 'zod'
import { addressField, shownKey } from '../../../../core/suite/config/environments.ts'
import { versionIdField } from '../../../../records/names.ts'
import { readers } from '../../../../records/token-scopes.ts'
import { visibleJson } from '../../../../text/untrusted.ts'
import { type ComparedVersion, comparePage } from '../../../pages/feature/compare.ts'
import { gateRecordOf } from '../../../pages/feature/gate-record.ts'
import { notFound } from '../../http/problem.ts'
import { securityHeaders } from '../../http/security-headers.ts'
import type { Services } from '../../services.ts'
import { definePage, type PageRoute } from '../page-route.ts'
import { visibleFeature } from '../visible-feature.ts'

export const showComparison = definePage({
  path: '/features/{feature}/compare',
  params: z.object({ feature: addressField }),
  query: z.object({
    from: versionIdField.or(z.literal('')).default('').catch(''),
    to: versionIdField.or(z.literal('')).default('').catch(''),
  }),
  async show({ params: { feature }, query, viewer }, services) {
    await visibleFeature(feature, viewer, services)
    const [from, to] = await Promise.all([
      comparedVersion(feature, query.from, services),
      comparedVersion(feature, query.to, services),
    ])
    return comparePage({ feature: shownKey(feature, services.environments), from, to })
  },
})

const ofVersion = z.object({ feature: addressField, version: versionIdField })

/** All that a version asks, as a file: a comparison leaves out what its page has no room for. */
export const downloadVersion: PageRoute = {
  method: 'GET',
  path: '/features/{feature}/versions/{version}/content',
  scopes: readers,
  async respond({ params, caller }, services) {
    const asked = ofVersion.safeParse(params).data
    if (!asked) throw notFound('There is no such page.')
    const { feature, version } = asked
    await visibleFeature(feature, caller, services)
    const { content } = await comparedVersion(feature, version, services)
    return new Response(`${visibleJson(JSON.stringify(content, null, 2))}\n`, {
      headers: {
        ...securityHeaders,
        'content-type': 'application/json',
        'content-disposition': `attachment; filename="sluice-version-${version}.json"`,
      },
    })
  },
}

async function comparedVersion(feature: string, id: string, { kept }: Services): Promise<ComparedVersion> {
  const record = id === '' ? undefined : await kept.version(feature, id)
  if (!record)
    throw notFound(
      'There is no such version, or its row cannot be read. The address names two: ?from=ID&to=ID, as the page of the feature links them.',
    )
  const { content, publishedAt, report } = record
  return { id, label: content.label ?? null, content, publishedAt, gate: report && gateRecordOf(report) }
}
