import { z } from 'zod'
import { environmentRevisionSchema, instanceRecordSchema, instanceViewSchema } from '../../../records/instance.ts'
import { readers } from '../../../records/token-scopes.ts'
import { defineRoute } from '../route/route.ts'
import { environmentOf, presentRevisions, visibleInstances, wallTime } from './instance-states.ts'

const current = instanceRecordSchema.pick({ epoch: true, revision: true, hash: true })

const leaderView = z.object({
  work: z.string().meta({ description: 'controller (the canaries), drift, judge, or notify: and a channel.' }),
  replica: z.string(),
  leftMs: z.number().nullable().meta({ description: 'Time in ms until its lease ends, unless it is renewed.' }),
})

export const listInstances = defineRoute({
  method: 'GET',
  path: '/v1/instances',
  summary:
    'The instances that reported lately or may still serve a canary, with what they run; and which replica leads',
  scopes: readers,
  answers: {
    200: {
      description: 'In order of their names.',
      schema: z.object({
        current: current.meta({ description: 'Of the last environment that the token may see.' }),
        environments: z.array(environmentRevisionSchema).meta({
          description: 'What is present in each that the token may see, in their order; empty where there are none.',
        }),
        instances: z.array(instanceViewSchema),
        leaders: z.array(leaderView),
      }),
    },
  },
  async handle({ caller }, services) {
    const { epoch, revision, hash } = services.snapshots.view(caller).snapshot
    const shown = await visibleInstances(services, caller)
    const environments = presentRevisions(services, caller)
    const instances = shown.map((state) => {
      const { record, upToDate, silent } = state
      const environment = environmentOf(state, services)
      const { instance, client, epoch, revision, hash, stale } = record
      const [firstSeenAt = 0, seenAt = 0, mayServeUntil = 0] = [
        record.firstSeenAt,
        record.seenAt,
        record.mayServeUntil,
      ].map((at) => wallTime(services, at))
      const has = { instance, client, environment, epoch, revision, hash, stale }
      return { ...has, firstSeenAt, seenAt, silent, mayServeUntil, upToDate }
    })
    const leaders = (await services.store.leases()).map(({ name, holder, leftMs }) => ({
      work: name,
      replica: holder,
      leftMs,
    }))
    return { status: 200, body: { current: { epoch, revision, hash }, environments, instances, leaders } }
  },
})
