import { z } from 'zod'

const known = z.number().nullable()
const count = z.int().min(0)

/** What `sluice suite pick` says, `sluice.suite-pick/1`. */
export const suitePickSchema = z.object({
  schema: z.literal('sluice.suite-pick/1').describe('The version of this format.'),
  feature: z.string().describe('The name of the feature.'),
  from: z.string().describe('The suite that was chosen from.'),
  seed: z.int().describe('Which draws decide between cases that are worth the same.'),
  budget: z
    .object({
      cases: count.nullable().describe('Cases at most; null for no bound.'),
      usd: known.describe('USD a run at most; null for no bound.'),
    })
    .describe('What was asked for.'),
  chosen: z.array(z.string()).describe('The ids of the chosen cases.'),
  usdPerRun: known.describe('What a run with both versions asked once costs; null where no price is known.'),
  measured: count.describe(
    'Cases whose variance was measured; the others are taken to be like the mean of them, or as assumed.',
  ),
  detectableDrop: z
    .object({
      all: known.describe('With all cases that are not held out.'),
      before: known.describe('With the suite `fast` as it is; null without one.'),
      after: known.describe('With this choice.'),
    })
    .describe(
      'The smallest drop that is found with 80 % probability, with one answer a case and version; null where unknown.',
    ),
  heldOut: count.describe('Cases that are held out, and never chosen.'),
  short: z
    .array(
      z.object({
        tag: z.string().describe('The tag.'),
        cases: count.describe('Chosen cases that have it.'),
        least: count.describe('How many it should have.'),
      }),
    )
    .describe('Tags for which the budget did not suffice.'),
  notes: z.array(z.string()).describe('For people: what the choice rests on.'),
})
export type SuitePick = z.infer<typeof suitePickSchema>

/** The JSON Schema of what `sluice suite pick --json` prints. */
export function suitePickJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(suitePickSchema, { io: 'input' })
  return { $schema, title: 'Sluice suite pick', description: 'The result of sluice suite pick.', ...schema }
}
