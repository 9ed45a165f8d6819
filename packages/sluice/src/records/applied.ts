import { z } from 'zod'

/** How far a change has come among the instances that it concerns. */
export const appliedSchema = z.object({
  total: z.int().meta({ description: 'Instances that the change concerns and that may serve something.' }),
  applied: z.int().meta({ description: 'Those that have acknowledged it.' }),
  incumbentsOnly: z.int().meta({
    description: 'Those that have not, but by their own word serve no canary: safe where the change took one back.',
  }),
  missing: z.array(z.string()).meta({ description: 'All others, by name: they may serve what was before.' }),
  silent: z
    .array(
      z.object({
        instance: z.string(),
        silentMs: z.number(),
        mayServeUntil: z.number().nullable().meta({
          description:
            'From then on it serves no canary; null: what was before, until it hears of the control plane again.',
        }),
      }),
    )
    .meta({ description: 'Those of the missing that were not heard of for three heartbeats.' }),
  uncounted: z.boolean().meta({ description: 'A token has as many instances as are kept of one: there may be more.' }),
  elapsedMs: z.number(),
})

export type Applied = z.output<typeof appliedSchema>
