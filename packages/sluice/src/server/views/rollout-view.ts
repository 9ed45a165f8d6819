import { z } from 'zod'
import { type Rollout, rolloutState, sharePpm } from '../../release/rollout.ts'
import type { Assessment } from '../../rollout/assessment.ts'

const time = z.number().meta({ description: 'ms since the epoch' })
const hold = z.enum(['insufficientData', 'sampleRatioMismatch', 'inconclusive'])
const status = z.enum(['running', 'paused', 'promoted', 'rolledBack', 'aborted', 'superseded'])

/** A rollout as it is answered: what is stored, and what follows from it. */
export const rolloutView = z.object({
  id: z.string(),
  feature: z.string(),
  incumbent: z.string(),
  canary: z.string(),
  algorithm: z.literal('murmur3-x86-32/ppm'),
  salt: z.string(),
  settings: z.looseObject({ stages: z.array(z.object({ ppm: z.int(), soakMs: z.number() })) }),
  stage: z.int().meta({ description: '0-based' }),
  enteredAt: z.array(time),
  pausedMs: z.number(),
  pausedAt: time.nullable(),
  status,
  hold: hold.nullable(),
  startedAt: time,
  startedBy: z.string(),
  override: z.string().nullable(),
  excluded: z.array(z.string()).optional().meta({ description: 'Tokens whose outcomes are no evidence.' }),
  endedAt: time.nullable(),
  ending: z.object({ by: z.string(), reason: z.string(), evidence: z.unknown() }).nullable(),
  state: z.union([status, hold]).meta({ description: 'The end, else paused, else why it holds, else running.' }),
  ppm: z.int().meta({ description: "The canary's share now, in parts per million." }),
  assessment: z.looseObject({ words: z.string() }).nullable(),
})

export type RolloutView = z.infer<typeof rolloutView>

export function rolloutViewOf(rollout: Rollout, assessment: Assessment | null): RolloutView {
  const ending = rollout.ending && { ...rollout.ending, evidence: rollout.ending.evidence ?? null }
  return {
    ...rollout,
    settings: { ...rollout.settings },
    ending,
    state: rolloutState(rollout),
    ppm: sharePpm(rollout),
    assessment: assessment && { ...assessment },
  }
}
