import { z } from 'zod'

/** The largest weight of a case, a check or a question: sums of such weights, and of their squares, are still numbers. */
export const mostWeight = 1e9

/** A weight above 0. The square of a smaller one is 0, as if its case did not vary. */
export const weightSchema = z
  .number()
  .gt(0)
  .max(mostWeight)
  .refine((weight) => weight <= 0 || weight >= 1e-9, 'must be at least 1e-9')

const seenParts = ['output', 'trajectory', 'retrieved', 'state'] as const

/** What a question can be about: the answer, what was done on the way to it, the documents, the state afterwards. */
export type SeenPart = (typeof seenParts)[number]

export const rubricItemSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\w.-]+$/, 'must consist of letters, digits, "-", "_" and "." only')
      .meta({ description: 'Short name of the item, unique within the rubric.', examples: ['actions'] }),
    ask: z
      .string()
      .min(1)
      .meta({
        description: 'A question about the output that the judge answers; yes must mean good.',
        examples: ['Does the summary state every action item of the e-mail?'],
      }),
    weight: weightSchema.default(1).meta({
      description: 'Share in the score of the case, beside the weights of the checks (default 1).',
      examples: [3],
    }),
    must: z
      .boolean()
      .default(false)
      .meta({ description: 'A no sets the case to 0 (default false).', examples: [true] }),
    sees: z
      .array(z.enum(seenParts))
      .min(1)
      .refine((parts) => new Set(parts).size === parts.length, 'names a part twice')
      .exactOptional()
      .meta({
        description:
          'What the judge is shown for this question (default output): the trajectory, the retrieved documents and the state are those that the application reported.',
        examples: [['output', 'trajectory']],
      }),
  })
  .meta({ description: 'One yes-or-no question for the judge.' })

/** One yes-or-no question for the judge. `weight` > 0. */
export interface RubricItem {
  id: string
  ask: string
  weight: number
  must: boolean
  /** What the question is about; absent means the output alone. */
  sees?: SeenPart[]
}

/** A list of questions whose ids are unique, since the judge answers by id. */
export const rubricSchema = z.array(rubricItemSchema).superRefine((items, context) => {
  const seen = new Set<string>()
  for (const [index, { id }] of items.entries()) {
    if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: `"${id}" is already taken` })
    seen.add(id)
  }
})
