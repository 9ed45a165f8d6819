import { z } from 'zod'
import { unknownTraits } from './incumbent-answers.ts'
import type { Answer } from './simulated-answer.ts'
import { newUser, type User, type Visit, type Visits } from './visits.ts'

const amount = z.number().min(0)

/** A line of recorded traffic: an outcome as it was reported, with the judge's score if there is one. */
export const recordedOutcomeSchema = z.object({
  observedAt: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  unit: z.string().min(1),
  score: z.number().min(0).max(1).nullish(),
  error: z.string().nullish(),
  refusal: z.boolean().nullish(),
  invalid: z.boolean().nullish(),
  latencyMs: amount.nullish(),
  costUsd: amount.nullish(),
  inputTokens: amount.nullish(),
})

export type RecordedOutcome = z.output<typeof recordedOutcomeSchema>

/** A recorded request; `at` is in ms since the first one. */
export interface RecordedRequest {
  at: number
  unit: string
  answer: Answer
}

/** The recorded requests in order of time. */
export function recordedRequests(outcomes: readonly RecordedOutcome[]): RecordedRequest[] {
  const inOrder = outcomes.toSorted((a, b) => a.observedAt - b.observedAt)
  const start = inOrder[0]?.observedAt ?? 0
  return inOrder.map(({ observedAt, unit, error, ...reported }) => ({
    at: observedAt - start,
    unit,
    answer: {
      score: reported.score ?? null,
      failed: typeof error === 'string',
      refusal: reported.refusal ?? false,
      invalid: reported.invalid ?? false,
      latencyMs: reported.latencyMs ?? null,
      costUsd: reported.costUsd ?? null,
      inputTokens: reported.inputTokens ?? null,
    },
  }))
}

/** Replays recorded requests at their recorded times. Answers do not change them. */
export class RecordedVisits implements Visits {
  readonly #requests: readonly RecordedRequest[]
  readonly #users = new Map<string, User>()
  #next = 0

  constructor(requests: readonly RecordedRequest[]) {
    this.#requests = requests
  }

  next(): Visit | undefined {
    const request = this.#requests[this.#next]
    if (!request) return undefined
    this.#next += 1
    const { at, unit, answer } = request
    const user = this.#users.get(unit) ?? newUser(unit, unknownTraits, at)
    this.#users.set(unit, user)
    return { at, user, named: true, answer, quality: null }
  }

  answered({ user }: Visit, { canary }: { canary: boolean }): void {
    if (canary) user.canaryRequests += 1
  }
}
