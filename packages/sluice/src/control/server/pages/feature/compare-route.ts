import { z } from 'zod'
import { addressField, shownKey } from '../../../../core/suite/config/environments.ts'
import { versionIdField } from '../../../../records/names.ts'
import { type ComparedVersion, comparePage } from '../../../pages/feature/compare.ts'
import { gateRecordOf } from '../../../pages/feature/gate-record.ts'
import { notFound } from '../../http/problem.ts'
import type { Services } from '../../services.ts'
import { definePage } from '../page-route.ts'
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

async function comparedVersion(feature: string, id: string, { kept }: Services): Promise<ComparedVersion> {
  const record = id === '' ? undefined : await kept.version(feature, id)
  if (!record)
    throw notFound(
      'There is no such version, or its row cannot be read. The address names two: ?from=ID&to=ID, as the page of the feature links them.',
    )
  const { content, publishedAt, report } = record
  return { id, label: content.label ?? null, content, publishedAt, gate: report && gateRecordOf(report) }
}
