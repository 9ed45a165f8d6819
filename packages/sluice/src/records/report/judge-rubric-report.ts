import { z } from 'zod'

const count = z.int().min(0)
const known = z.number().nullable()

const itemSchema = z.object({
  id: z.string().describe('The id of the item.'),
  ask: z.string().describe('The question.'),
  rewordings: z.array(z.string()).describe('The same question in other words.'),
  by: z.string().nullable().describe('Who reworded it: a model, or a person; null where nobody has.'),
  wording: z
    .object({
      verdicts: count.describe('Verdicts in other words, each beside the one in its own words on the same output.'),
      flips: count.describe('Those that differ.'),
      outputs: count.describe('Outputs with at least one such pair.'),
      flippedOutputs: count.describe('Those of them with at least one that differs.'),
      ciLow: known.describe('The exact interval of that share of the outputs; null without an output.'),
      ciHigh: known.describe('The same, its upper end.'),
      again: z
        .object({ outputs: count, flips: count })
        .describe('The same outputs judged a second time in the own words: how often the judge differs from itself.'),
      state: z
        .enum(['holds', 'depends', 'open', 'untested'])
        .describe(
          'holds: the interval lies below `maxFlips`. depends: it lies above. open: too few outputs to tell. untested: no pair of verdicts.',
        ),
    })
    .describe('How far the verdicts depend on the wording.'),
  said: z
    .object({
      judged: count.describe('Outputs with a verdict in the own words.'),
      no: count.describe('Those with a no.'),
      cannotTell: count.describe('Those on which the judge could not tell.'),
      noUpper: known.describe('Exact one-sided upper bound of the share of no; null without an output.'),
    })
    .describe('What the judge says of kept outputs.'),
  labels: z
    .object({
      compared: count.describe(
        'Cases on which two opinions of the same output could be compared: of two people, or of people and the judge.',
      ),
      contested: count.describe('Cases on which they disagree, or a person says that the rubric does not say.'),
      ciLow: known.describe(
        'Exact one-sided lower bound of the share of compared cases with a disagreement; null without one.',
      ),
      ciHigh: known.describe('Exact one-sided upper bound; null without a case.'),
      needed: count.describe('How many more cases are needed before anything is said.'),
      state: z
        .enum(['gap', 'none-shown', 'too-few'])
        .describe('gap: the rubric does not say. none-shown: no systematic disagreement in these cases.'),
    })
    .describe('What people say of the same item.'),
})

const contestedSchema = z.object({
  case: z.string().describe('The case.'),
  output: z.string().describe('SHA-256 of the output.'),
  said: z.array(z.string()).describe('Who says what, e.g. `ann: yes`.'),
})

/** What `sluice judge rubric --json` prints. */
export const judgeRubricReportSchema = z.object({
  schema: z.literal('sluice.judge-rubric/1'),
  feature: z.string().describe('Its name.'),
  version: z.string().describe('The version id of the prompt.'),
  suite: z.string().describe('The suite whose cases were used.'),
  at: z.string().describe('When, ISO 8601.'),
  judge: z.object({ id: z.string(), model: z.string() }).describe('The judge that was asked.'),
  confidence: z.number().describe('Of every interval and bound.'),
  maxFlips: z.number().describe('The share of outputs with a flip above which an item depends on its wording.'),
  outputs: z
    .object({
      found: count.describe('Kept outputs that were to be judged, one of each case.'),
      judged: count.describe('Those on which the judge gave verdicts.'),
    })
    .describe('Nothing is asked of the model under test.'),
  labels: z
    .object({ counted: count, leftOut: count })
    .describe(
      'Labels of people that count, and labels that do not: of models, of people who had seen the judge, and damaged ones.',
    ),
  items: z.array(itemSchema).describe("The items of the prompt's rubric."),
  agreeing: z
    .array(
      z.object({
        items: z.array(z.string()).describe('Two items.'),
        answers: count.describe('Outputs on which both have a verdict, the same on each.'),
        upper: z.number().describe('Exact one-sided upper bound of the share of outputs on which they would differ.'),
      }),
    )
    .describe('Pairs of items of which one may be enough. Pairs that only ever said yes are left out.'),
  gaps: z
    .array(
      z.object({
        item: z.string().describe('The item.'),
        cases: z.array(contestedSchema).describe('The contested cases.'),
        proposal: z.string().nullable().describe('A wording that would decide them; null where none was made.'),
      }),
    )
    .describe('Items on which the rubric does not say what to do.'),
  errors: z.array(z.object({ message: z.string(), count })).describe('Why verdicts or wordings are missing.'),
  cost: z
    .object({ usd: known, calls: count, fromStore: count, unpricedCalls: count })
    .describe('What the calls of this run cost.'),
  exitCode: z.int().describe('0 nothing found, 1 something found, 2 too little to tell, 4 the budget ended first.'),
})

export type JudgeRubricReport = z.infer<typeof judgeRubricReportSchema>
export type RubricItemReport = JudgeRubricReport['items'][number]

/** The JSON Schema of the report. */
export function judgeRubricJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(judgeRubricReportSchema, { io: 'input' })
  return { $schema, title: 'Sluice judge rubric', description: 'The result of sluice judge rubric.', ...schema }
}
