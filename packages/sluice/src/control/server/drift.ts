import { z } from 'zod'
import { readers } from '../../records/token-scopes.ts'
import { driftNow } from '../words/drift-now.ts'
import { refuseOtherFeature } from './access/caller.ts'
import { ofFeature } from './route/fields.ts'
import { defineRoute } from './route/route.ts'

export const showDrift = defineRoute({
  method: 'GET',
  path: '/v1/features/{feature}/drift',
  summary: 'How the active version does in production against its own past',
  scopes: readers,
  params: ofFeature,
  answers: {
    200: {
      description: 'Null where nothing is watched yet.',
      schema: z.object({
        feature: z.string(),
        drift: z.unknown(),
        watched: z.boolean().meta({ description: 'Whether any replica watches now.' }),
      }),
    },
  },
  async handle({ params: { feature }, caller }, { engineState, snapshots, store, clock }) {
    refuseOtherFeature(caller, feature)
    const [drift, leases] = await Promise.all([engineState.drift(feature), store.leases()])
    const active = snapshots.states().find((state) => state.feature === feature)?.active ?? null
    const shown = drift && driftNow(drift, { active, now: clock.now() })
    return { status: 200, body: { feature, drift: shown, watched: leases.some(({ name }) => name === 'drift') } }
  },
})
