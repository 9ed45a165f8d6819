import { z } from 'zod'

/** What a loop of a control plane keeps failing at. Holds no text of an error, which may quote what users wrote. */
export const loopFaultSchema = z.object({
  /** Which loop, e.g. `controller`. */
  loop: z.string(),
  feature: z.string().nullable().meta({ description: 'Null: all of the loop.' }),
  /** Kind of the error, e.g. `damaged`. */
  code: z.string(),
  since: z.number().nullable().meta({ description: 'ms since the epoch; null of a stored row that cannot be read' }),
  failures: z.int().meta({ description: 'In a row, or rows that cannot be read.' }),
})

export type ReportedFault = z.output<typeof loopFaultSchema>
