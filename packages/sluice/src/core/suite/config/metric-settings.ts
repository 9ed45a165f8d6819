import { z } from 'zod'

/** What one metric has to reach; at least one of the three is given. */
export interface MetricLimits {
  /** Lowest value that passes. */
  min?: number
  /** Highest value that passes, of a metric of which less is better. */
  max?: number
  /** Largest loss against the baseline that passes: a drop, or a rise where less is better. */
  margin?: number
}

/** `gate.metrics`, by the names of the report. */
export type MetricSettings = Record<string, MetricLimits>

const share = z.number().min(0).max(1)

export const metricSettingsSchema = z
  .record(
    z.string().min(1),
    z
      .strictObject({
        min: share.exactOptional().meta({ description: 'Lowest value that passes.', examples: [0.8] }),
        max: share
          .exactOptional()
          .meta({ description: 'Highest value that passes, of unsupported and contradicted.', examples: [0.1] }),
        margin: share.exactOptional().meta({
          description:
            'Largest drop against the baseline that passes; of unsupported and contradicted the largest rise.',
          examples: [0.05],
        }),
      })
      .refine((limits) => Object.keys(limits).length > 0, 'needs min or max, margin or both'),
  )
  .meta({
    description:
      'Limits of metrics that the checks label, fields and retrieval and the claims of a rubric measure, by their names in the report. A metric that is named and not measured never passes (default: no metric is judged).',
    examples: [{ 'recall@5': { min: 0.8, margin: 0.05 }, f1: { margin: 0.03 } }],
  })
