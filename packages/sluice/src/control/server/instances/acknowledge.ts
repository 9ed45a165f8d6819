import { acknowledgementAnswerSchema, acknowledgementSchema } from '../../../records/acknowledgement.ts'
import { mostInstances } from '../../store/instance-store.ts'
import type { Caller } from '../access/caller.ts'
import { freshnessProof, proofAsked, proofGiven } from '../freshness.ts'
import { Problem } from '../http/problem.ts'
import { defineRoute } from '../route/route.ts'
import type { Services } from '../services.ts'
import { timesOf } from './instance-states.ts'
import { instanceHeader, reportingInstance } from './register-instance.ts'

const { maxStaleMs } = acknowledgementSchema.shape

export const acknowledge = defineRoute({
  method: 'POST',
  path: '/v1/acks',
  summary: 'Say what an instance has applied: after each change, and as a heartbeat',
  scopes: ['client'],
  quiet: true,
  headers: { ...proofAsked, ...instanceHeader },
  // Other clients may send null if they do not know a value.
  body: acknowledgementSchema.extend({
    maxStaleMs: maxStaleMs
      .unwrap()
      .nullish()
      .meta(maxStaleMs.meta() ?? {}),
  }),
  answers: {
    200: {
      description: 'The present snapshot of the server: if it differs from yours, fetch it.',
      headers: proofGiven,
      schema: acknowledgementAnswerSchema.required({ known: true }),
    },
  },
  async handle({ request, body, caller }, services) {
    const { store, snapshots, settings } = services
    const headers = freshnessProof(request, services)
    const reporting = reportingInstance(request)
    const { instance, process = reporting?.process ?? '', maxStaleMs = reporting?.maxStaleMs, leaving = false } = body
    const known = await isKnown(services, caller, body)
    if (leaving) await store.forgetInstance({ tokenId: caller.tokenId, instance, process })
    else await put(services, caller, { ...body, process, maxStaleMs, known })
    const { epoch, revision, hash } = snapshots.view(caller).snapshot
    return { status: 200, headers, body: { epoch, revision, hash, known, heartbeatMs: settings.heartbeatMs } }
  },
})

interface Claim {
  epoch: string
  revision: number
  hash: string
}

/**
 * Another replica may have sent a snapshot that this one has not read yet, so the store is read again. A read may have
 * begun before the request, so a second one follows.
 */
async function isKnown({ snapshots, given }: Services, caller: Caller, claim: Claim): Promise<boolean> {
  const { epoch } = snapshots.view(caller).snapshot
  const isAhead = () => claim.revision > snapshots.view(caller).snapshot.revision
  for (let reads = 0; reads < 2 && claim.epoch === epoch && isAhead(); reads += 1) await snapshots.check()
  return given.has(caller, claim)
}

interface Report extends Claim {
  instance: string
  process: string
  known: boolean
  client?: string | undefined
  stale?: boolean | undefined
  maxStaleMs?: number | null | undefined
}

/** @throws Problem 429 */
async function put(services: Services, { tokenId, name }: Caller, report: Report): Promise<void> {
  const { instance, process, epoch, revision, hash, known, client = null, stale = false, maxStaleMs } = report
  const key = { tokenId, instance, process }
  const reported = { epoch, revision, hash, known, client, stale }
  if (await services.acknowledgements.put({ ...key, ...reported, ...timesOf(services, maxStaleMs) })) return
  const detail = `The token "${name}" has ${mostInstances} instances already: give each application its own token.`
  throw new Problem(
    { status: 429, code: 'too-many-instances', detail },
    { headers: { 'retry-after': String(Math.ceil(services.settings.heartbeatMs / 1000)) } },
  )
}
