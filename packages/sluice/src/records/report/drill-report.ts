import { z } from 'zod'
import { strengthSchema, verdictSchema } from '../verdict.ts'
import { askedAndPaid } from './asked-and-paid.ts'

const known = z.number().nullable()
const count = z.int().min(0)

export const drillStrengths = ['weak', 'medium', 'strong', 'one-tag'] as const
export type DrillStrength = (typeof drillStrengths)[number]

/** What the gate made of one planted regression. */
const mutantOutcomes = ['killed', 'held', 'survived', 'not-judged'] as const

const mutantSchema = z.object({
  mutator: z.string(),
  strength: z.enum(drillStrengths),
  /** The tag of its cases, where it is on one tag only. */
  tag: z.string().nullable(),
  /** From 1: which of the mutants of this mutator and strength. */
  number: z.int().min(1),
  /** Ids of the cases whose answers were changed. */
  cases: z.array(z.string()),
  verdict: verdictSchema,
  strengthOfVerdict: strengthSchema,
  reasons: z.array(z.string()).describe('Codes, as in report.json.'),
  /**
   * `killed`: the verdict is fail. `held`: inconclusive, and blocked. `survived`: it passed. `not-judged`: an answer
   * that was changed has no score, as the judge could not be asked or the budget ended.
   */
  outcome: z.enum(mutantOutcomes),
  /** How far the changed answers moved the mean score, without noise; null where one of them has no score. */
  effect: known,
  /** Checks and rubric items whose score fell on 15 % or more of the changed answers, the most attentive first. */
  noticedBy: z.array(z.string()),
  /** Share of the changed answers on which any of them fell, in [0,1]; null where no answer was changed. */
  noticed: known,
})
export type DrillMutant = z.infer<typeof mutantSchema>

const rateSchema = z.object({
  /** Null for all mutators together. */
  mutator: z.string().nullable(),
  strength: z.enum(drillStrengths),
  mutants: count,
  killed: count,
  held: count,
  survived: count,
  notJudged: count,
  /**
   * Killed of all that were judged; null where more than 2 % were not. The interval is exact (Clopper and Pearson), 95
   * %.
   */
  rate: known,
  low: known,
  high: known,
})
export type DrillRate = z.infer<typeof rateSchema>

const proposalSchema = z.object({
  /** The file, and the case in it where it is for one case. */
  place: z.string(),
  /** To be pasted there. */
  yaml: z.string(),
  says: z.string(),
  /**
   * How it scored the answers at hand: it passes on those as they are, and fails on the changed. Null where not tried.
   */
  tried: z.object({ before: count, passesBefore: count, after: count, failsAfter: count }).nullable(),
})
export type DrillProposal = z.infer<typeof proposalSchema>

const survivorSchema = z.object({
  mutator: z.string(),
  /**
   * `nothing-asks`: no check and no rubric item is about it. `judge-blind`: an item asks for it, and its verdict
   * stayed. `too-few`: it was noticed, and the drop is too small for so few cases and answers.
   */
  why: z.enum(['nothing-asks', 'judge-blind', 'too-few']),
  strengths: z.array(z.enum(drillStrengths)),
  survived: count,
  held: count,
  text: z.string(),
  /** A changed answer that nothing noticed, or the first. */
  example: z.object({ case: z.string(), before: z.string(), after: z.string() }).nullable(),
  proposals: z.array(proposalSchema),
})
export type DrillSurvivor = z.infer<typeof survivorSchema>

const versionSchema = z.object({
  mutator: z.string(),
  /** The instruction, word for word, or what else was changed. */
  what: z.string(),
  /** Where the instruction begins in the prompt's file; null where that is not known, or for another mutator. */
  line: z.int().min(1).nullable(),
  version: z.string(),
  verdict: verdictSchema,
  outcome: z.enum(mutantOutcomes),
  /** The difference of the mean to the version as it is, in the round in which the gate decided. */
  difference: known,
  ciLow: known,
  ciHigh: known,
  reasons: z.array(z.string()).describe('Codes, as in report.json.'),
})
export type DrillVersion = z.infer<typeof versionSchema>

const unnoticedSchema = z.object({
  file: z.string(),
  line: z.int().min(1).nullable(),
  text: z.string(),
  /** What was done to it, each time without a verdict against it. */
  mutators: z.array(z.string()),
  yaml: z.string(),
})

/** What `sluice drill` found, `sluice.drill/1`. */
export const drillReportSchema = z.object({
  schema: z.literal('sluice.drill/1'),
  at: z.iso.datetime({ offset: true }),
  feature: z.string(),
  version: z.string(),
  suite: z.string(),
  seed: z.int(),
  /** `drilled`, or why nothing could be: the version itself does not pass, or no case can get worse. */
  state: z.enum(['drilled', 'baseline-fails', 'everything-fails', 'no-answers']),
  message: z.string().nullable(),
  baseline: z.object({
    cases: count,
    /** Answers of each case from which those of both versions are drawn. */
    answersPerCase: count,
    mean: known,
    verdict: verdictSchema.nullable(),
    /** The smallest true drop of the mean that the gate fails with 80 % probability. */
    detectableDrop: known,
    /** The same draws without any change: how many of them the gate failed, and how many it held. */
    unchanged: z.object({ runs: count, failed: count, held: count }),
  }),
  rates: z.array(rateSchema),
  /** Medium and strong mutants of which checks and judge notice at least half of the changed answers. */
  covered: rateSchema.pick({ mutants: true, killed: true, rate: true, low: true, high: true }),
  mutants: z.array(mutantSchema),
  /** Why mutants survived or were held, by mutator and cause, and what would have caught them. */
  survivors: z.array(survivorSchema),
  /** Worse versions of prompt and model, each answered anew. */
  versions: z.array(versionSchema),
  versionRates: z.array(rateSchema.omit({ strength: true })),
  /** Instructions of the prompt that can be changed without a verdict against it. */
  unnoticed: z.array(unnoticedSchema),
  /** Mutators that change the answer of no case: they are in no rate. */
  notApplicable: z.array(z.object({ mutator: z.string(), needs: z.string() })),
  notes: z.array(z.string()),
  judge: z.object({ id: z.string(), model: z.string() }).nullable(),
  ...askedAndPaid,
})

export type DrillReport = z.infer<typeof drillReportSchema>

/** The JSON Schema of the report. */
export function drillJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(drillReportSchema, { io: 'input' })
  return { $schema, title: 'Sluice drill', description: 'The result of sluice drill.', ...schema }
}
