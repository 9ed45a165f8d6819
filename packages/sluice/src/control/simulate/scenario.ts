import { z } from 'zod'
import { exactlyOne } from '../../core/suite/diagnostics/exactly-one.ts'
import { duration } from '../../records/duration.ts'
import { rolloutSettingsSchema } from '../../records/rollout/rollout-settings.ts'
import { canarySchema, incumbentSchema, prefixCacheSchema } from './scenario-answers.ts'
import { faultsSchema, feedbackSchema, judgeSchema, reportersSchema } from './scenario-judge.ts'
import { cyclesSchema, reactionsSchema, trafficSchema } from './scenario-traffic.ts'

interface OnRecord {
  recorded?: string
  canary: z.output<typeof canarySchema>
  reactions: z.output<typeof reactionsSchema>
  cycles: z.output<typeof cyclesSchema>
}

const sources = exactlyOne(['traffic', 'recorded'], 'traffic source')

/** A file of `sluice simulate`: what production is like, how the canary differs, and by which rules it is let loose. */
export const scenarioSchema = z
  .strictObject({
    about: z.string().default('').meta({ description: 'What this is to show, in a sentence.' }),
    runs: z.int().min(1).max(1_000_000).default(200).meta({ description: 'How many canaries (default 200).' }),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(1),
    lasts: duration.prefault('7d').meta({ description: 'A canary that has not ended by then is undecided.' }),
    traffic: trafficSchema.exactOptional(),
    reactions: reactionsSchema.prefault({}).meta({ description: 'What users do after a bad answer, in both arms.' }),
    incumbent: incumbentSchema.prefault({}).meta({ description: 'What simulated requests come to.' }),
    cycles: cyclesSchema.prefault({}).meta({ description: 'What comes and goes with the time, for both arms alike.' }),
    prefixCache: prefixCacheSchema.exactOptional().meta({
      description: 'Requests that find their beginning in no cache take longer; each arm has its own.',
    }),
    recorded: z.string().min(1).exactOptional().meta({
      description: 'Instead of simulated traffic: JSON Lines of outcomes with scores, relative to this file.',
    }),
    canary: canarySchema.prefault({}),
    scorePerDay: z.number().min(-1).max(1).default(0).meta({
      description: 'How the mean score of both arms changes per day (default 0).',
    }),
    judge: judgeSchema.prefault({}),
    feedback: feedbackSchema.prefault({}),
    faults: faultsSchema.prefault({}),
    reporters: reportersSchema.prefault({}),
    rollout: rolloutSettingsSchema.prefault({}),
  })
  .superRefine(sources.check)
  .superRefine(refuseOnRecord)
  .meta({ title: 'Scenario of sluice simulate' })

/** What only simulated users and answers can do would go without saying on a record: it is refused. */
function refuseOnRecord(scenario: OnRecord, context: z.core.$RefinementCtx): void {
  if (scenario.recorded === undefined) return
  const { canary, reactions, cycles } = scenario
  const set: [path: string[], isSet: boolean][] = [
    [['canary', 'engagement'], canary.engagement !== 1],
    [['canary', 'errorUsers'], canary.errorUsers !== undefined],
    [['reactions', 'leave'], reactions.leave > 0],
    [['reactions', 'stayAway'], reactions.stayAway > 0],
    [['reactions', 'retry'], reactions.retry > 0],
    ...(['day', 'weekend'] as const).flatMap((time) =>
      (['errors', 'latency'] as const).map((what): [string[], boolean] => [
        ['cycles', time, what],
        cycles[time][what] !== 1,
      ]),
    ),
  ]
  for (const [path, isSet] of set)
    if (isSet) context.addIssue({ code: 'custom', path, message: 'takes simulated traffic: a record comes as it came' })
}

/** Times in ms since the start, shares from 0 to 1. */
export type Scenario = z.output<typeof scenarioSchema>
