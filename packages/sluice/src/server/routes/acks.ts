import { z } from 'zod'
import { defineRoute } from '../http/route.ts'

const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\0]*$/, 'must not hold a NUL character')

export const acknowledge = defineRoute({
  method: 'POST',
  path: '/v1/acks',
  summary: 'Say what an instance has applied: after each change, and as a heartbeat',
  scopes: ['client'],
  quiet: true,
  body: z.object({
    instance: name.meta({ description: 'Stable for the life of the process.' }),
    epoch: z.string().max(100),
    revision: z.int().min(-1),
    hash: z.string().max(100),
    client: name.optional(),
    stale: z.boolean().optional(),
    leaving: z.boolean().optional().meta({ description: 'Forget this instance.' }),
  }),
  answers: {
    200: {
      description: 'What the server has: where it differs, fetch the snapshot.',
      schema: z.object({ epoch: z.string(), revision: z.int(), hash: z.string(), heartbeatMs: z.int() }),
    },
  },
  async handle({ body, caller }, { store, clock, snapshots, settings }) {
    const { instance, epoch, revision, hash, client, stale = false, leaving = false } = body
    const now = clock.now()
    const record = { instance, epoch, revision, hash, client: client ?? null, stale, tokenId: caller.tokenId }
    if (leaving) await store.forgetInstance(instance)
    else await store.acknowledge([{ ...record, firstSeenAt: now, seenAt: now }])
    const { snapshot } = snapshots.view(caller.features)
    const current = { epoch: snapshot.epoch, revision: snapshot.revision, hash: snapshot.hash }
    return { status: 200, body: { ...current, heartbeatMs: settings.heartbeatMs } }
  },
})
