import type { Outcome } from '@sluice/client'
import { z } from 'zod'
import { outcomeSchema, outcomesAnswerSchema, type RejectedOutcome } from '../../../records/outcome.ts'
import type { Appended } from '../../store/outcome-log.ts'
import { servedKey } from '../access/caller.ts'
import { defineRoute } from '../route/route.ts'
import type { Services } from '../services.ts'
import { checkOutcomes } from './check-outcomes.ts'
import { type LogContext, logEntry } from './log-entry.ts'
import { knownRequests, knownRollouts } from './references.ts'
import { originOf } from './report-origin.ts'
import { reportTaken, takenIds } from './taken-ids.ts'

const most = 1000
/**
 * The contract describes the outcomes, but each is checked by itself, so that an invalid one does not reject the
 * others.
 */
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
      description: 'Accepted outcomes are durable. Rejected ones would be rejected again: do not resend them.',
      schema: outcomesAnswerSchema.required({ dropped: true }),
    },
  },
  async handle({ body, caller, request, node }, services) {
    const now = services.clock.now()
    const keyOf = (feature: string) => servedKey(caller, feature)
    await services.rates.load(featuresWithContent(body.outcomes, keyOf))
    const rollouts = knownRollouts(services.snapshots.states())
    const requests = await knownRequests(services.store, body.outcomes, keyOf)
    const checkContext = { caller, rates: services.rates, rollouts, now }
    const { good, rejected, dropped } = checkOutcomes(body.outcomes, checkContext)
    const { hashUnit } = services
    const origin = originOf(request, node, hashUnit)
    const context = { hashUnit, receivedAt: now, tokenId: caller.tokenId, origin, rollouts, requests }
    const results = await record(services, good, context)
    const accepted = results.filter((result) => result === 'accepted').length
    const duplicates = results.filter((result) => result === 'duplicate').length
    rejected.push(...rejectedBy(results, rejected))
    const counted = { accepted, duplicate: duplicates, rejected: rejected.length }
    for (const [result, number] of Object.entries(counted))
      if (number > 0) services.metrics.count('outcomes_total', 'Outcomes received.', { result }, number)
    for (const [field, notes] of Map.groupBy(dropped, ({ field }) => field))
      services.metrics.count(
        'outcome_fields_dropped_total',
        'Fields of accepted outcomes that were left out or changed.',
        { field },
        notes.length,
      )
    return { status: 200, body: { accepted, duplicates, rejected, dropped: dropped.slice(0, most) } }
  },
})

/** Keys of features with an outcome that says it was captured to be judged. */
function featuresWithContent(outcomes: readonly unknown[], keyOf: (feature: string) => string): Set<string> {
  const claims = outcomes.flatMap((outcome) => {
    const { feature, captured } = Object(outcome) as { feature?: unknown; captured?: unknown }
    return typeof feature === 'string' && captured !== undefined ? [keyOf(feature)] : []
  })
  return new Set(claims)
}

const refusals: Partial<Record<Recorded, Omit<RejectedOutcome, 'index'>>> = {
  refused: {
    code: 'not-storable',
    message: 'the store cannot keep it: a text is too long, or has a character that the store does not allow',
  },
  taken: { code: 'id-taken', message: '/id was used by another report of the feature with other content' },
}

/**
 * The rejected outcomes by their index in the batch. Those in `before` were rejected earlier and are not in `results`.
 */
function rejectedBy(results: readonly Recorded[], before: readonly RejectedOutcome[]): RejectedOutcome[] {
  const left = new Set(before.map(({ index }) => index))
  const places = Array.from({ length: results.length + left.size }, (_, index) => index).filter((n) => !left.has(n))
  return results.flatMap((result, n) => {
    const [refusal, index] = [refusals[result], places[n]]
    return refusal && index !== undefined ? [{ index, ...refusal }] : []
  })
}

/** `taken`: the log has another outcome with its id. */
type Recorded = Appended | 'taken'

/** Logs the outcomes and passes the new ones on to content capture. Returns the result for each. */
async function record(services: Services, outcomes: readonly Outcome[], context: LogContext): Promise<Recorded[]> {
  if (outcomes.length === 0) return []
  const { store, log } = services
  const drafts = outcomes.map((outcome) => ({ entry: logEntry(outcome, context), outcome }))
  const results = await store.append(drafts.map(({ entry }) => entry))
  const accepted = drafts.filter((_, index) => results[index] === 'accepted')
  try {
    await services.captureContents(accepted)
  } catch (error) {
    log('error', 'outcomes are logged, but their contents could not be captured', { error: String(error) })
  }
  const duplicates = drafts.flatMap(({ entry }, index) => (results[index] === 'duplicate' ? [entry] : []))
  const taken = await takenIds(store, duplicates)
  reportTaken(services, taken)
  return results.map((result, index) => {
    const entry = drafts[index]?.entry
    return entry && taken.has(entry) ? 'taken' : result
  })
}
