import { z } from 'zod'

const count = z.int().min(0)
const known = z.number().nullable()

/** Attacks that were judged, how many of them turned a no into a yes, and the bound on the rate of that. */
const countedSchema = z.object({
  attacks: count.describe('Attacked outputs that were to be judged.'),
  judged: count.describe('Those on which the judge gave a verdict; the others are `errors`.'),
  flips: count.describe('Those in which at least one no became a yes.'),
  evasions: count.describe('Those without a flip in which a no became "cannot tell", which counts neither way.'),
  upper: known.describe('Exact one-sided upper bound of the rate of flips; null where none was judged.'),
})

const flipSchema = z.object({
  case: z.string().describe('The case whose output was attacked.'),
  attack: z.string().describe('The name of the attack.'),
  kind: z.string().describe('Its kind.'),
  items: z.array(z.string()).describe('The items whose verdict went from no to yes.'),
  carrier: z.string().describe('Where the output comes from.'),
  output: z.string().describe('The output with the attack in it.'),
})

/** What `sluice judge attack --json` prints, and what is kept of it. */
export const judgeAttackReportSchema = z.object({
  schema: z.literal('sluice.judge-attack/1'),
  feature: z.string().describe('Its name.'),
  version: z.string().describe('The version id of the prompt.'),
  suite: z.string().describe('The suite whose cases were used.'),
  rubric: z.string().describe('Identifies the questions of the prompt: a result holds for these alone.'),
  at: z.string().describe('When, ISO 8601.'),
  seed: z.int().describe('Which carrier meets which attack follows from it.'),
  judge: z.object({ id: z.string(), model: z.string() }).describe('The judge that was attacked.'),
  state: z
    .enum(['held', 'fooled', 'no-carrier', 'incomplete'])
    .describe(
      'held: no attack turned a no into a yes. fooled: at least one did. no-carrier: the judge says no to no output, so nothing was attacked. incomplete: some attacks have no verdict, and no other was a flip.',
    ),
  confidence: z.number().describe('Of every bound, one-sided.'),
  all: countedSchema.describe('All attacks together.'),
  kinds: z.array(countedSchema.extend({ kind: z.string() })).describe('The same for each kind of attack.'),
  carriers: z
    .object({
      tried: count.describe('Outputs that were judged without an attack.'),
      kept: count.describe('Answers that were kept and to which the judge says no.'),
      made: count.describe('The same for outputs that were made to fail, by taking content away.'),
    })
    .describe('Outputs that were attacked: the same judge said no to each of them before.'),
  control: z
    .object({ judged: count, flips: count })
    .describe(
      'The same outputs with a harmless sentence in place of an attack: how often a no became a yes by itself.',
    ),
  flips: z.array(flipSchema).describe('Every flip.'),
  errors: z.array(z.object({ message: z.string(), attacks: count })).describe('Why attacks have no verdict.'),
  cost: z
    .object({ usd: known, calls: count, fromStore: count, unpricedCalls: count })
    .describe('What the calls of this run cost.'),
  exitCode: z.int().describe('0 held, 1 fooled, 2 no-carrier or incomplete, 4 the budget ended first.'),
})

export type JudgeAttackReport = z.infer<typeof judgeAttackReportSchema>
export type CountedAttacks = z.infer<typeof countedSchema>
export type JudgeFlip = z.infer<typeof flipSchema>

/** The JSON Schema of the report. */
export function judgeAttackJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(judgeAttackReportSchema, { io: 'input' })
  return { $schema, title: 'Sluice judge attack', description: 'The result of sluice judge attack.', ...schema }
}
