import assert from 'node:assert/strict'
import { test } from 'node:test'
import type {
  Acknowledgement,
  AcknowledgementResponse,
  Arm,
  FeedbackOutcome,
  Outcome,
  OutcomesResponse,
  RequestOutcome,
} from '@sluice/client'
import type { z } from 'zod'
import type { acknowledgementAnswerSchema, acknowledgementSchema } from '../../src/records/acknowledgement.ts'
import type { armSchema } from '../../src/records/names.ts'
import type { outcomeSchema, outcomesAnswerSchema } from '../../src/records/outcome.ts'

/** True where each of the two can stand in the place of the other, key by key; false where one has a key more, even an optional one. */
type Same<A, B> = [A, keyof A] extends [B, keyof B] ? ([B, keyof B] extends [A, keyof A] ? true : false) : false

type ReportedAs<Kind> = Extract<z.output<typeof outcomeSchema>, { kind?: Kind }>

/*
 * The client's types have no dependencies, so they are written out there. Where one of them drifts from what the control
 * plane checks, this does not compile: `npm run check` fails.
 */
const held: {
  arm: Same<Arm, z.output<typeof armSchema>>
  outcome: Same<Outcome, z.output<typeof outcomeSchema>>
  request: Same<RequestOutcome, ReportedAs<'request'>>
  feedback: Same<FeedbackOutcome, ReportedAs<'feedback'>>
  outcomesAnswer: Same<OutcomesResponse, z.output<typeof outcomesAnswerSchema>>
  acknowledgement: Same<Acknowledgement, z.output<typeof acknowledgementSchema>>
  acknowledgementAnswer: Same<AcknowledgementResponse, z.output<typeof acknowledgementAnswerSchema>>
} = {
  arm: true,
  outcome: true,
  request: true,
  feedback: true,
  outcomesAnswer: true,
  acknowledgement: true,
  acknowledgementAnswer: true,
}

const drifted: [Same<{ a: 1 }, { a: 1; b?: 2 }>, Same<{ a: 1 }, { a: 1 | 2 }>, Same<{ a?: 1 }, { a: 1 }>] = [
  false,
  false,
  false,
]

test("the client's protocol is that of the records, and a key, a kind or a need more is seen", () => {
  assert.ok(Object.values(held).every((same) => same))
  assert.ok(!drifted.some((same) => same))
})
