import { z } from 'zod'
import { addressField, shownKey } from '../../../../core/suite/config/environments.ts'
import { versionIdField } from '../../../../records/names.ts'
import { gateRecordOf } from '../../../pages/feature/gate-record.ts'
import { runPage } from '../../../pages/feature/run.ts'
import { notFound } from '../../http/problem.ts'
import { definePage } from '../page-route.ts'
import { visibleFeature } from '../visible-feature.ts'

export const showRun = definePage({
  path: '/runs/{feature}/{version}',
  params: z.object({ feature: addressField, version: versionIdField }),
  async show({ params: { feature, version: id }, viewer }, services) {
    await visibleFeature(feature, viewer, services)
    const record = await services.kept.version(feature, id)
    if (!record) throw notFound('There is no such version of this feature, or its row cannot be read.')
    const { content, report, publishedAt, publishedBy, source } = record
    return runPage({
      ...{
        feature: shownKey(feature, services.environments),
        version: { id, label: content.label ?? null },
        model: content.model,
      },
      ...{ publishedAt, publishedBy, source, gate: report && gateRecordOf(report) },
    })
  },
})
