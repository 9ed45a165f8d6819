import { z } from 'zod'

/** A request that was refused, as a problem document of RFC 9457 with a `code` for machines. */
export const problemSchema = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  /** E.g. `not-found`; never changes its meaning. */
  code: z.string().meta({ description: 'For machines.' }),
  detail: z.string().meta({ description: 'The fault and the way out.' }),
  /** Where in the request: a JSON Pointer into the body, or e.g. `query.limit`. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).exactOptional(),
  requestId: z.string(),
})

type ProblemDocument = z.output<typeof problemSchema>

/** What a problem says of its own; the rest follows from it and from the request. */
export type ProblemDetails = Pick<ProblemDocument, 'status' | 'code' | 'detail' | 'errors'>
