import { z } from 'zod'

const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\0]*$/, 'must not hold a NUL character')

/** What an instance has applied, as it says after each change and as a heartbeat. */
export const acknowledgementSchema = z.object({
  instance: name.meta({ description: 'What the process calls itself; others may bear the same name.' }),
  process: name.exactOptional().meta({ description: 'Random, made once by each client: tells namesakes apart.' }),
  epoch: z.string().max(100),
  revision: z.int().min(-1),
  hash: z.string().max(100),
  client: name.exactOptional(),
  stale: z.boolean().exactOptional().meta({ description: 'Everybody is sent to the incumbent.' }),
  maxStaleMs: z.number().exactOptional().meta({
    description: 'How long a canary is served without word from the control plane. Without it: five minutes.',
  }),
  leaving: z.boolean().exactOptional().meta({ description: 'Forget this process.' }),
})

/** What the control plane has: where it differs from what was acknowledged, the instance asks for the snapshot. */
export const acknowledgementAnswerSchema = z.object({
  epoch: z.string(),
  revision: z.int(),
  hash: z.string(),
  /** Absent from older servers. */
  known: z.boolean().exactOptional().meta({
    description:
      'The epoch, revision and hash of the request are ones that this token was given. If not, nothing counts as applied.',
  }),
  heartbeatMs: z.int(),
})
