import type { OutcomesResponse } from '@sluice/client'
import { z } from 'zod'
import type { Appended } from '../../store/outcome-log.ts'
import { defineRoute } from '../http/route.ts'
import { checkOutcomes } from '../outcomes/check-outcomes.ts'
import { knownRequests } from '../outcomes/known-requests.ts'
import { knownRollouts } from '../outcomes/known-rollouts.ts'
import { type LogContext, logEntry } from '../outcomes/log-entry.ts'
import { originOf } from '../outcomes/origin.ts'
import type { Plane } from '../plane.ts'
import { asOutcome, outcomeSchema, type ReceivedOutcome } from '../wire/outcome.ts'

const most = 1000
/** Described as what it should hold; each one is checked by itself, so that a bad one spoils none of the others. */
const batch = z
  .array(z.unknown())
  .max(most)
  .meta({ items: z.toJSONSchema(outcomeSchema, { io: 'input' }) })

export const reportOutcomes = defineRoute({
  method: 'POST',
  path: '/v1/outcomes',
  summary: 'Report what production has seen; idempotent by outcome id',
  scopes: ['client'],
  quiet: true,
  body: z.strictObject({ outcomes: batch }),
  answers: {
    200: {
      description: 'Those accepted are durable. Those rejected would be again: do not send them once more.',
      schema: z.object({
        accepted: z.int(),
        duplicates: z.int(),
        rejected: z.array(z.object({ index: z.int(), code: z.string(), message: z.string() })),
        dropped: z
          .array(z.object({ index: z.int(), field: z.string(), code: z.string(), message: z.string() }))
          .meta({ description: 'Fields without which outcomes were taken, or that were cut; the first 1,000.' }),
      }),
    },
  },
  async handle({ body, caller, request, node }, plane) {
    const now = plane.clock.now()
    await plane.rates.load(featuresWithContent(body.outcomes))
    const rollouts = knownRollouts(plane.snapshots.states())
    const requests = await knownRequests(plane.store, body.outcomes)
    const door = { caller, rates: plane.rates, rollouts, requests, now }
    const { good, rejected, dropped } = checkOutcomes(body.outcomes, door)
    const { hashUnit } = plane
    const origin = originOf(request, node, hashUnit)
    const context = { hashUnit, receivedAt: now, tokenId: caller.tokenId, origin, rollouts, requests }
    const results = await record(plane, good, context)
    const accepted = results.filter((result) => result === 'accepted').length
    const duplicates = results.filter((result) => result === 'duplicate').length
    rejected.push(...refusedBy(results, rejected))
    const counted = { accepted, duplicate: duplicates, rejected: rejected.length }
    for (const [result, number] of Object.entries(counted))
      if (number > 0) plane.metrics.count('outcomes_total', 'Outcomes received.', { result }, number)
    for (const [field, notes] of Map.groupBy(dropped, ({ field }) => field))
      plane.metrics.count(
        'outcome_fields_dropped_total',
        'Fields that outcomes were taken without.',
        { field },
        notes.length,
      )
    return { status: 200, body: { accepted, duplicates, rejected, dropped: dropped.slice(0, most) } }
  },
})

/** Features of which an outcome claims to have been chosen to be judged. */
function featuresWithContent(outcomes: readonly unknown[]): Set<string> {
  const claims = outcomes.flatMap((outcome) => {
    const { feature, captured } = Object(outcome) as { feature?: unknown; captured?: unknown }
    return typeof feature === 'string' && captured !== undefined ? [feature] : []
  })
  return new Set(claims)
}

type Rejected = OutcomesResponse['rejected'][number]

/** What the store cannot keep, by its place in the batch, of which `before` were not given to it. */
function refusedBy(results: readonly Appended[], before: readonly Rejected[]): Rejected[] {
  if (!results.includes('refused')) return []
  const taken = new Set(before.map(({ index }) => index))
  const places = Array.from({ length: results.length + taken.size }, (_, index) => index).filter((n) => !taken.has(n))
  const message = 'the store cannot keep it: a text holds a character that it does not know, or is too long'
  return places.flatMap((index, n) => (results[n] === 'refused' ? [{ index, code: 'not-storable', message }] : []))
}

/** Logs the outcomes and hands on those that are new; what became of each. */
async function record(plane: Plane, outcomes: readonly ReceivedOutcome[], context: LogContext): Promise<Appended[]> {
  if (outcomes.length === 0) return []
  const { store, log } = plane
  const drafts = outcomes.map((outcome) => ({ entry: logEntry(outcome, context), outcome: asOutcome(outcome) }))
  const results = await store.append(drafts.map(({ entry }) => entry))
  const accepted = drafts.filter((_, index) => results[index] === 'accepted')
  try {
    await plane.intake(accepted)
  } catch (error) {
    log('error', 'outcomes are logged, but could not be handed on to be judged', { error: String(error) })
  }
  return results
}
