import { z } from 'zod'
import { modelIdSchema } from '../models/model.ts'

const text = z.string().min(1)

const similarityMetrics = [
  ...(['rouge-l', 'rouge-1', 'rouge-2', 'rouge-3', 'rouge-4', 'rouge-5'] as const),
  ...(['bleu', 'gleu', 'meteor', 'levenshtein', 'embedding'] as const),
]

export type SimilarityMetric = (typeof similarityMetrics)[number]

/** How alike an output and a reference must be: a share in [0,1], or a number of edits. */
export interface SimilaritySettings {
  /** The reference text, or several of which the nearest counts; by default the case's `expected`. */
  to?: string | string[]
  metric: SimilarityMetric
  min?: number
  /** The most edits that Levenshtein's distance may count; it stands in place of `min`. */
  maxDistance?: number
  /** `provider:model`, of embeddings. */
  model?: string
}

const lowest = 0.8

export const similaritySettingsSchema = z
  .strictObject({
    to: z
      .union([text, z.array(text).min(1)])
      .exactOptional()
      .meta({
        description: "The reference text, or several of which the nearest counts (default: the case's expected).",
        examples: [['Friday', 'on Friday']],
      }),
    metric: z
      .enum(similarityMetrics)
      .default('rouge-l')
      .meta({ description: 'How alike two texts are (default rouge-l).', examples: ['meteor'] }),
    min: z
      .number()
      .min(0)
      .max(1)
      .exactOptional()
      .meta({ description: `Lowest similarity that passes (default ${lowest}).`, examples: [0.5] }),
    maxDistance: z
      .int()
      .min(0)
      .exactOptional()
      .meta({
        description: 'In place of min: most edits of a character that pass (metric levenshtein).',
        examples: [2],
      }),
    model: modelIdSchema.exactOptional().meta({
      description: 'Model of the metric embedding (default: embedding.model of sluice.yaml).',
      examples: ['openai:text-embedding-3-small'],
    }),
  })
  .superRefine(({ metric, min, maxDistance }, context) => {
    if (maxDistance === undefined) return
    const fault = (message: string) => context.addIssue({ code: 'custom', path: ['maxDistance'], message })
    if (metric !== 'levenshtein') fault('counts edits, so it needs metric: levenshtein')
    if (min !== undefined) fault('stands in place of min; leave one of them out')
  })
  .transform((given): SimilaritySettings => {
    return given.maxDistance === undefined && given.min === undefined ? { ...given, min: lowest } : given
  })
