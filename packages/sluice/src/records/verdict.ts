import { z } from 'zod'

/** What the gate says about a change. */
export const verdictSchema = z.enum(['pass', 'fail', 'inconclusive'])
export type Verdict = z.infer<typeof verdictSchema>

/** A pass is weak by tie-break, or where nothing varied in too few answers. */
export const strengthSchema = z.enum(['strong', 'weak'])
