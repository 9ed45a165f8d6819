import { z } from 'zod'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import { ppmPerWhole } from '../../../records/rollout/rollout-settings.ts'
import { minuteMs } from '../../../time-units.ts'
import { hasEnded, sharePpm } from '../../release/rollout-state.ts'
import type { LastOutcomes } from '../evidence/evidence.ts'

/**
 * How long the present stage was watched. Time without outcomes, or without a pass of the controller, is no soak time.
 */
export const soakSchema = z.strictObject({
  stage: z.int(),
  /** Time that counts, in ms. */
  soakedMs: z.number(),
  /** Whether it counts now: outcomes of both arms come, and they are looked at. */
  counting: z.boolean(),
  /**
   * When the last outcome came of the arm that has waited longer, in this stage, in ms since the epoch. Null: none yet.
   */
  heardAt: z.number().nullable(),
})

export type Soak = z.output<typeof soakSchema>

/** Nothing of the present stage was watched. */
export function unwatched({ stage }: Pick<Rollout, 'stage'>): Soak {
  return { stage, soakedMs: 0, counting: false, heardAt: null }
}

/**
 * Silence of an arm up to a twelfth of the stage's soak time counts, within these bounds; never more than a quarter of
 * it.
 */
const silenceShare = 12
const silenceBounds = { least: 15_000, most: 30 * minuteMs, share: 4 }

/** How often the controller passes, in ms. */
export const usualEveryMs = 1000

/** Two passes are at most this far apart while the controller runs. A shorter step of the clock looks like time. */
const watchedMs = 120_000

/**
 * The soak time at a pass, given that of the stored pass before: the time between the two is added if the rollout ran,
 * if they are close to each other, and if each arm that has a share had an outcome in this stage and not too long ago.
 * A controller that was away, outcomes that stay away, pauses and steps of the clock add nothing.
 *
 * @param everyMs the longest time between two passes, in ms
 */
export function soakAt(
  before: { soak?: Soak | undefined; rollout: Rollout; at: number } | null,
  { lastOutcomes, rollout, at, everyMs }: { lastOutcomes: LastOutcomes; rollout: Rollout; at: number; everyMs: number },
): Soak {
  const { stage } = rollout
  const silence = longestSilenceMs(rollout, everyMs)
  const lastAt = longestAgo(lastOutcomes, rollout)
  const known = before?.soak?.stage === stage ? before.soak : undefined
  const runs = rollout.status === 'running'
  const counting = runs && lastAt !== null && Math.abs(at - lastAt) <= silence
  const pausedMs = before ? rollout.pausedMs - before.rollout.pausedMs : 0
  const passed = before ? at - before.at - pausedMs : 0
  const watched = known && before?.rollout.status === 'running' && at - before.at <= longestGapMs(rollout, everyMs)
  const added = counting && watched ? Math.max(0, passed) : 0
  return { stage, soakedMs: (known?.soakedMs ?? 0) + added, counting, heardAt: lastAt }
}

/** Whether outcomes of both arms come, by what a pass has found at `at`. A pause stops the soak time alone. */
export function areOutcomesHeard({ counting, heardAt }: Soak, rollout: Rollout, at: number): boolean {
  if (heardAt === null) return false
  return counting || Math.abs(at - heardAt) <= longestSilenceMs(rollout)
}

/** How long an arm may be silent in the present stage before time stops to count, in ms. */
export function longestSilenceMs({ settings, stage }: Rollout, everyMs = usualEveryMs): number {
  const soakMs = settings.stages[stage]?.soakMs ?? 0
  const { least, most, share } = silenceBounds
  const usual = Math.max(Math.min(least, soakMs / share), soakMs / silenceShare)
  return Math.max(2 * everyMs, Math.min(most, usual))
}

/** How far two passes may be apart for the time between them to count, in ms. */
export function longestGapMs(rollout: Rollout, everyMs: number): number {
  return Math.min(longestSilenceMs(rollout, everyMs), Math.max(watchedMs, 2 * everyMs))
}

export function isSoaked({ settings, stage }: Rollout, { soakedMs }: Soak): boolean {
  return soakedMs >= (settings.stages[stage]?.soakMs ?? 0)
}

/** The stage has lasted as long as it should, by the clock, which stands still while it is paused. */
export function isOverdue(rollout: Rollout, now: number): boolean {
  const { settings, stage, enteredAt, pausedMs, pausedAt } = rollout
  if (hasEnded(rollout)) return false
  return (pausedAt ?? now) - (enteredAt.at(-1) ?? now) - pausedMs >= (settings.stages[stage]?.soakMs ?? 0)
}

function longestAgo(lastOutcomes: LastOutcomes, rollout: Rollout): number | null {
  if (lastOutcomes.stage !== rollout.stage) return null
  const arms = sharePpm(rollout) < ppmPerWhole ? [lastOutcomes.incumbent, lastOutcomes.canary] : [lastOutcomes.canary]
  return arms.includes(null) ? null : Math.min(...arms.filter((at) => at !== null))
}
