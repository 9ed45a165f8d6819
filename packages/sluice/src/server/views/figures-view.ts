import { z } from 'zod'
import type { Figures } from '../../rollout/assessment.ts'

const time = z.number().meta({ description: 'ms since the epoch' })
const byArm = z.strictObject({ incumbent: z.int(), canary: z.int() })
const interval = z.strictObject({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() })
const mean = interval.extend({ count: z.int().meta({ description: 'Judged answers or requests that it is of.' }) })
const height = z.strictObject({ eValue: z.number(), at: time })

const signal = z.strictObject({
  signal: z.string(),
  incumbent: mean.nullable(),
  canary: mean.nullable(),
  difference: interval
    .nullable()
    .meta({ description: 'Canary minus incumbent; its 95 % interval holds for one look.' }),
  margin: z.number().meta({ description: 'That a promotion rules out.' }),
  against: z.number().nullable().meta({ description: 'E-value against "no worse"; null without data.' }),
  highest: height.nullable(),
  proof: z
    .object({ eValue: z.number(), needed: z.number() })
    .nullable()
    .meta({ description: 'E-value against "worse by the margin of this stage".' }),
})

const missing = z.strictObject({
  what: z.string().meta({ description: 'A signal that is not proven, or what is counted.' }),
  has: z.number(),
  needed: z.number(),
  unit: z.enum(['users', 'eValue', 'ms']),
  expectedAt: time.nullable().meta({ description: 'By the rate so far; null where that does not tell.' }),
})

/** An assessment in numbers, as it is answered. */
export const figuresView: z.ZodType<Figures> = z.strictObject({
  signals: z.array(signal).meta({ description: 'Those that have a say.' }),
  users: byArm,
  judged: z.strictObject({
    incumbent: z.strictObject({ users: z.int(), answers: z.int() }),
    canary: z.strictObject({ users: z.int(), answers: z.int() }),
  }),
  against: z
    .object({ eValue: z.number(), highest: height, needed: z.number() })
    .meta({ description: 'All signals together; `needed` rolls back.' }),
  missing: z.array(missing).meta({ description: 'What leaving the stage still takes.' }),
  nextStepAt: time.nullable().meta({ description: 'When nothing will be missing any more, by the rate so far.' }),
  patienceEndsAt: time.nullable().meta({ description: 'Null while its clock stands still.' }),
})
