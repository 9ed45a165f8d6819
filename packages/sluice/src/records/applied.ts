import { z } from 'zod'

/** How far a change has come among the instances that it concerns. */
export const appliedSchema = z.object({
  total: z.int().meta({ description: 'Instances that the change concerns and that may serve something.' }),
  applied: z.int().meta({ description: 'Those that have acknowledged it.' }),
  incumbentsOnly: z.int().meta({
    description: 'Those that have not, but report that they serve no canary: safe if the change took one back.',
  }),
  missing: z
    .array(z.string())
    .meta({ description: 'All others, by name: they may serve the state before the change.' }),
  silent: z
    .array(
      z.object({
        instance: z.string(),
        silentMs: z.number(),
        mayServeUntil: z.number().nullable().meta({
          description:
            'From then on it serves no canary; null: it serves the state before, until it reaches the control plane again.',
        }),
      }),
    )
    .meta({ description: 'Those of the missing that have not reported for three heartbeats.' }),
  uncounted: z
    .boolean()
    .meta({ description: 'A token has the largest number of instances that is kept: there may be more.' }),
  elapsedMs: z.number(),
})

export type Applied = z.output<typeof appliedSchema>
