import { z } from 'zod'
import { refuseNotJson } from '../values/json-value.ts'

const text = z.string().min(1)

/** The class of an answer. */
export interface LabelSettings {
  /** May hold `{{variable}}`s of the case. */
  expected: string
  /** All classes; an answer that is none of them is an unknown label. */
  labels?: string[]
  /** JSONPath to the label in a JSON output; without it the whole output is the label. */
  path?: string
}

const labelSettingsSchema = z
  .strictObject({
    expected: text.meta({
      description: 'The class that the case expects; may hold {{variables}} and {{expected}}.',
      examples: ['refund', '{{expected}}'],
    }),
    labels: z
      .array(text)
      .min(2)
      .exactOptional()
      .meta({
        description: 'All classes. An answer that is none of them is an unknown label, never a class of its own.',
        examples: [['refund', 'delivery', 'other']],
      }),
    path: text.exactOptional().meta({
      description: 'JSONPath (RFC 9535) to the label in a JSON output (default: the whole output is the label).',
      examples: ['$.category'],
    }),
  })
  .superRefine(({ expected, labels }, context) => {
    if (!labels || expected.includes('{{')) return
    const isListed = labels.some((label) => label.toLowerCase() === expected.toLowerCase())
    if (!isListed)
      context.addIssue({
        code: 'custom',
        path: ['expected'],
        message: `"${expected}" is none of the labels ${labels.join(', ')}`,
      })
  })

const fieldKinds = ['exact', 'number', 'date', 'set'] as const
export type FieldKind = (typeof fieldKinds)[number]

/** The values that an extraction has to find. */
export interface FieldsSettings {
  expected: Record<string, unknown>
  /** How values are compared. A field that is not listed is a `number` where one is expected, else `exact`. */
  kinds?: Record<string, FieldKind>
  /** By how much a number may differ: one bound for all numbers, or one for each field. */
  tolerance?: number | Record<string, number>
}

const tolerance = z.number().min(0)

const fieldsSettingsSchema = z
  .strictObject({
    expected: z
      .record(text, z.unknown())
      .superRefine(refuseNotJson)
      .refine((fields) => Object.keys(fields).length > 0, 'needs at least one field')
      .meta({
        description: 'The fields of the JSON output and their values; a name with dots is a path, e.g. customer.name.',
        examples: [{ total: 41.5, due: '2026-12-01' }],
      }),
    kinds: z
      .record(text, z.enum(fieldKinds))
      .exactOptional()
      .meta({
        description:
          'How a field is compared: exact, number (within tolerance), date (the same day in any usual form), set (the same members in any order). Default: number for numbers, else exact.',
        examples: [{ due: 'date', items: 'set' }],
      }),
    tolerance: z
      .union([tolerance, z.record(text, tolerance)])
      .exactOptional()
      .meta({
        description: 'How far a number may be off: one for all, or by field (default 0).',
        examples: [0.01, { total: 0.01 }],
      }),
  })
  .superRefine(({ expected, kinds, tolerance: tolerances }, context) => {
    const named = [...Object.keys(kinds ?? {}), ...(typeof tolerances === 'object' ? Object.keys(tolerances) : [])]
    for (const name of named) {
      if (!Object.hasOwn(expected, name))
        context.addIssue({ code: 'custom', message: `"${name}" is no field of expected` })
    }
  })

/** The documents that an answer needs. */
export interface RetrievalSettings {
  relevant: string[]
  /** >= 1. */
  k: number
}

const retrievalSettingsSchema = z.strictObject({
  relevant: z
    .array(text)
    .min(1)
    .refine((ids) => new Set(ids).size === ids.length, 'names a document twice')
    .meta({ description: 'Ids of the documents that the answer needs.', examples: [['returns-2', 'returns-5']] }),
  k: z
    .int()
    .min(1)
    .default(5)
    .meta({ description: 'How many of the first documents count (default 5).', examples: [5] }),
})

/** The checks of which the run makes metrics, by their keys. */
export const measureChecks = {
  label: labelSettingsSchema.meta({
    description: 'The output names the expected class; the run reports precision, recall and F1.',
    examples: [{ expected: 'refund', labels: ['refund', 'delivery', 'other'] }],
  }),
  fields: fieldsSettingsSchema.meta({
    description: 'The JSON output has these values; scores the share that is right.',
    examples: [{ expected: { total: 41.5, due: '2026-12-01' }, kinds: { due: 'date' }, tolerance: 0.01 }],
  }),
  retrieval: retrievalSettingsSchema.meta({
    description: 'The application looked up these documents; scores the share among the first k (recall@k).',
    examples: [{ relevant: ['returns-2', 'returns-5'], k: 5 }],
  }),
}
