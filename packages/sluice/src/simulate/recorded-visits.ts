import { z } from 'zod'
import type { Visit } from './visits.ts'

const amount = z.number().min(0)

/** A line of recorded traffic: an outcome as it was reported, with the judge's score where there is one. */
export const recordedOutcomeSchema = z.object({
  observedAt: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  unit: z.string().min(1),
  score: z.number().min(0).max(1).nullish(),
  error: z.string().nullish(),
  refusal: z.boolean().nullish(),
  invalid: z.boolean().nullish(),
  latencyMs: amount.nullish(),
  costUsd: amount.nullish(),
})

export type RecordedOutcome = z.output<typeof recordedOutcomeSchema>

/** The requests of the record in the order of their time. */
export function recordedVisits(outcomes: readonly RecordedOutcome[]): Visit[] {
  const inOrder = outcomes.toSorted((a, b) => a.observedAt - b.observedAt)
  const start = inOrder[0]?.observedAt ?? 0
  return inOrder.map(({ observedAt, unit, score, error, refusal, invalid, latencyMs, costUsd }) => ({
    at: observedAt - start,
    unit,
    answer: {
      score: score ?? null,
      failed: typeof error === 'string',
      refusal: refusal ?? false,
      invalid: invalid ?? false,
      latencyMs: latencyMs ?? null,
      costUsd: costUsd ?? null,
    },
  }))
}
