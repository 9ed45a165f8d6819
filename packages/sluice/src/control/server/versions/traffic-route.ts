import { z } from 'zod'
import { versionIdField } from '../../../records/names.ts'
import { trafficAnswerSchema } from '../../../records/rollout/measured-traffic.ts'
import { defaultRolloutSettings, rolloutSettingsSchema } from '../../../records/rollout/rollout-settings.ts'
import { readers } from '../../../records/token-scopes.ts'
import { isJudgedLive } from '../../release/capture.ts'
import { refuseOtherFeature } from '../access/caller.ts'
import { notFound } from '../http/problem.ts'
import { ofFeature } from '../route/fields.ts'
import { defineRoute } from '../route/route.ts'

export const showTraffic = defineRoute({
  method: 'GET',
  path: '/v1/features/{feature}/versions/{version}/traffic',
  summary: 'What a forecast for a rollout of a version needs: the traffic of the last days, and its settings',
  scopes: ['ci', ...readers],
  params: ofFeature.extend({ version: versionIdField }),
  answers: { 200: { description: 'As far as it is known.', schema: trafficAnswerSchema } },
  async handle({ params: { feature, version }, caller }, { store, endForecasts }) {
    refuseOtherFeature(caller, feature)
    const record = await store.version(feature, version)
    if (!record) throw notFound(`${feature} has no version ${version}.`)
    const { store: stored, judge } = record.live
    const traffic = await endForecasts.traffic(feature)
    const body = {
      traffic,
      rollout: {
        ...z.encode(rolloutSettingsSchema, {
          ...record.rollout,
          onUndecided: record.rollout.onUndecided ?? defaultRolloutSettings.onUndecided,
        }),
      },
      written: record.written ? [...record.written] : null,
      refusesUndecided: true,
      judges: isJudgedLive(record),
      live: { store: stored, judge: { ...judge } },
    }
    return { status: 200, body }
  },
})
