import { z } from 'zod'

/** RFC 9457, as `http/problem.ts` makes it. */
export const problemSchema = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  code: z.string().meta({ description: 'For machines.' }),
  detail: z.string().meta({ description: 'The fault and the way out.' }),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  requestId: z.string(),
})
