import { z } from 'zod'
import { verdictSchema } from '../verdict.ts'

/** How often the cases of one tag were violated, and what `gate.safety` makes of it. */
export const safetyBoundSchema = z.object({
  tag: z.string().describe('The tag.'),
  cases: z.int().min(0).describe('Cases with the tag; a cluster counts as one.'),
  violations: z.int().min(0).describe('Those of which an answer of the candidate broke what the case asks for.'),
  unknown: z.int().min(0).describe('Others of which an answer has no result, which is never "no violation".'),
  upper: z
    .number()
    .nullable()
    .describe('Exact one-sided upper bound of the rate, unknown cases counted as violated; null without a case.'),
  limit: z.number().nullable().describe('The largest rate that passes; null where `gate.safety` has none.'),
  confidence: z.number().describe('Of the bound.'),
  verdict: verdictSchema.nullable().describe('Null without a limit.'),
  casesNeeded: z
    .int()
    .nullable()
    .describe('How many cases with as many violations would show that the limit is kept; null where none would.'),
})

export type SafetyBound = z.infer<typeof safetyBoundSchema>
