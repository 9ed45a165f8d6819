import { z } from 'zod'

/**
 * The largest weight of a case, a check or a question: sums of such weights, and of their squares, are still numbers.
 */
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

/** What the claims of an output are held against: the retrieved documents, or a variable of the case as `vars.name`. */
export type ClaimSource = 'retrieved' | `vars.${string}`

interface ClaimsSettings {
  in: ClaimSource[]
}

const claimsSchema = z
  .strictObject({
    in: z
      .array(
        z
          .string()
          .regex(/^(?:retrieved|vars\.\S+)$/, 'must be "retrieved", or a variable as "vars.name"')
          .transform((source) => source as ClaimSource),
      )
      .min(1)
      .refine((sources) => new Set(sources).size === sources.length, 'names a source twice')
      .meta({
        description: 'Where support may come from: retrieved (documents that the application reported), or vars.name.',
        examples: [['retrieved'], ['retrieved', 'vars.policy']],
      }),
  })
  .meta({
    description:
      'The judge lists the claims of the output as supported, unsupported or contradicted by these sources; the score is the share supported, and the run measures the two others.',
    examples: [{ in: ['retrieved'] }],
  })

/** The name of an item about claims that has none. */
const claimsId = 'claims'

const writtenItemSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\w.-]+$/, 'must consist of letters, digits, "-", "_" and "." only')
      .exactOptional()
      .meta({
        description: 'Short name of the item, unique within the rubric; required, but with claims (default claims).',
        examples: ['actions'],
      }),
    ask: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description:
          'A question about the output that the judge answers; yes must mean good. Required, but with claims, where only people are asked it.',
        examples: ['Does the summary state every action item of the e-mail?'],
      }),
    claims: claimsSchema.exactOptional(),
    weight: weightSchema.default(1).meta({
      description: 'Share in the score of the case, beside the weights of the checks (default 1).',
      examples: [3],
    }),
    must: z
      .boolean()
      .default(false)
      .meta({
        description: 'A no, or a claim that is not supported, sets the case to 0 (default false).',
        examples: [true],
      }),
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
  // For editors, which do not know the rules below.
  .meta({ anyOf: [{ required: ['id', 'ask'] }, { required: ['claims'] }] })
  .superRefine(({ id, ask, claims, sees }, context) => {
    const refuse = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
    if (claims && sees) refuse('sees', 'has no effect beside claims: their sources stand in "in"')
    if (claims) return
    if (id === undefined) refuse('id', 'missing; expected a text')
    if (ask === undefined) refuse('ask', 'missing; expected a text')
  })

/** In its normal form an item has a name and a question, also where the file gives none. */
export const rubricItemSchema = writtenItemSchema
  .transform(
    ({ id = claimsId, ask, claims, ...rest }): RubricItem => ({
      ...{ id, ask: ask ?? questionAbout(claims?.in ?? []) },
      ...(claims && { claims }),
      ...rest,
    }),
  )
  .meta({ description: 'One yes-or-no question for the judge, or the claims of the output.' })

/** One yes-or-no question for the judge. `weight` > 0. */
export interface RubricItem {
  id: string
  /** In an item about claims it is what people are asked, since the judge has instructions of its own. */
  ask: string
  weight: number
  must: boolean
  /** What the question is about; absent means the output alone. */
  sees?: SeenPart[]
  /** The judge lists the claims of the output and holds them against these sources. */
  claims?: ClaimsSettings
}

/** The question to people that a claims item answers: yes where every claim is supported. */
function questionAbout(sources: readonly ClaimSource[]): string {
  const names = sources.map((source) =>
    source === 'retrieved' ? 'the retrieved documents' : `the variable ${source.slice('vars.'.length)}`,
  )
  return `Is every claim of the output supported by ${names.join(' or ')}?`
}

/** A list of questions whose ids are unique, since the judge answers by id. */
export const rubricSchema = z.array(rubricItemSchema).superRefine((items, context) => {
  const seen = new Set<string>()
  for (const [index, { id }] of items.entries()) {
    if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: `"${id}" is already taken` })
    seen.add(id)
  }
})
