import { z } from 'zod'

const count = z.int().min(0)

/** What a review looks at, in the order in which it is told. */
const reviewAreas = [
  'saturation',
  'duplicates',
  'near-duplicates',
  'tags',
  'weights',
  'clusters',
  'leaks',
  'checks',
  'overlap',
  'holdout',
  'age',
] as const

const findingSchema = z.object({
  code: z.string().describe('For machines, e.g. `duplicate`, `saturated`, `check-cannot-fail`.'),
  file: z.string().describe('The file, relative to the project.'),
  line: z.int().min(1).describe('The line in it, from 1.'),
  message: z.string().describe('For people: what was found.'),
  action: z.string().describe('For people: what to do about it.'),
  cases: z.array(z.string()).describe('The ids of the cases that it is about; may be empty.'),
  fixable: z.boolean().describe('Whether `--fix` can do it.'),
})

export type ReviewFinding = z.infer<typeof findingSchema>

const areaSchema = z.object({
  area: z.enum(reviewAreas).describe('What was looked at.'),
  state: z
    .enum(['looked', 'partly', 'unknown'])
    .describe('`partly`: for some cases or checks it is not known; `unknown`: nothing could be looked at.'),
  says: z.string().describe('For people: what was looked at and how, or why it could not be.'),
  findings: z.array(findingSchema).describe('Empty means that nothing was found, as far as `state` says.'),
})

export type ReviewArea = z.infer<typeof areaSchema>

const fixSchema = z.object({
  file: z.string().describe('The file that was rewritten.'),
  line: z.int().min(1).describe('The line before the change.'),
  removed: z.array(z.string()).describe('Lines that are no longer there.'),
  added: z.array(z.string()).describe('Lines that stand there now.'),
})

export type SuiteFix = z.infer<typeof fixSchema>

const featureSchema = z.object({
  feature: z.string().describe('Its name.'),
  suites: z
    .array(
      z.object({
        name: z.string().describe('Its name in the prompt file; `testData` for cases inside of it.'),
        file: z.string().describe('Its file, relative to the project.'),
        cases: count.describe('How many cases it holds.'),
        holdout: count.describe('How many of them are held out.'),
      }),
    )
    .describe('The suites that were read.'),
  areas: z.array(areaSchema).describe('Everything that was looked at.'),
  fixed: z.array(fixSchema).describe('What `--fix` has changed; empty without it.'),
  left: z
    .array(
      z.object({
        file: z.string().describe('The file.'),
        line: z.int().min(1).describe('The line of the case, before any change.'),
        why: z.string().describe('For people: why.'),
      }),
    )
    .describe('What `--fix` could not change without touching anything else.'),
})

export type FeatureReview = z.infer<typeof featureSchema>

/** What `sluice suite review` found, `sluice.suite-review/1`. */
export const suiteReviewSchema = z.object({
  schema: z.literal('sluice.suite-review/1').describe('The version of this format.'),
  features: z.array(featureSchema).describe('Each feature that was reviewed.'),
  findings: count.describe('The number of findings in all.'),
  exitCode: z.int().describe('The exit code of the command.'),
})

export type SuiteReview = z.infer<typeof suiteReviewSchema>

/** The JSON Schema of the review. */
export function suiteReviewJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(suiteReviewSchema, { io: 'input' })
  return { $schema, title: 'Sluice suite review', description: 'The result of sluice suite review.', ...schema }
}
