import { z } from 'zod'
import { formatDuration } from '../packages/sluice/src/text/format.ts'
import type { Stage } from './stage.ts'

const arm = z.looseObject({ requests: z.int(), users: z.int(), judged: z.int() })

const answerSchema = z.looseObject({
  id: z.string(),
  state: z.string(),
  settings: z.looseObject({ stages: z.array(z.looseObject({ ppm: z.int() })) }),
  enteredAt: z.array(z.number()),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  ending: z.looseObject({ by: z.string() }).nullable(),
  assessment: z.looseObject({
    logE: z.number(),
    threshold: z.number(),
    alpha: z.number(),
    canary: arm,
    incumbent: arm,
  }),
})

type Arm = z.output<typeof arm>

/** A rollout that has ended, and what was known of it. */
export interface RolloutView {
  id: string
  state: string
  /** Who ended it: `sluice`, if it did so by itself. */
  by: string
  lasted: string
  /** Shares of the users that it reached, in words. */
  stages: string[]
  canary: Arm
  incumbent: Arm
  /** Against the canary, and where it is rolled back. */
  eValue: number
  threshold: number
  /** On the share of canaries, no worse than the incumbent, that are rolled back. */
  alpha: number
}

/** The last rollout of a feature, as `sluice rollout status` has it. @throws where it has not ended */
export async function rolloutOf(stage: Stage, feature: string): Promise<RolloutView> {
  const { exitCode, stdout, stderr } = await stage.sluice('rollout', 'status', feature, '--json')
  if (exitCode !== 0) throw new Error(`sluice rollout status exits ${exitCode}\n${stderr}`)
  const { id, state, settings, enteredAt, startedAt, endedAt, ending, assessment } = answerSchema.parse(
    JSON.parse(stdout),
  )
  if (endedAt === null || ending === null) throw new Error(`the rollout has not ended: it is ${state}`)
  const { canary, incumbent, logE, threshold, alpha } = assessment
  return {
    ...{ id, state, canary, incumbent, alpha, by: ending.by },
    lasted: formatDuration(endedAt - startedAt),
    stages: settings.stages.slice(0, enteredAt.length).map(({ ppm }) => `${ppm / 10_000} %`),
    eValue: Math.exp(logE),
    threshold: Math.exp(threshold),
  }
}
