import type { RolloutSettings } from '../suite/rollout-settings.ts'

/**
 * By what factor a stage may exceed the margins on the way to the next one: the smaller the share, the smaller the harm of
 * going on too early. A promotion always takes the last factor.
 */
const widths = [2, 1.4, 1] as const

/**
 * The factor for all tokens but one, which have to bear a promotion out: they may be a few users of very many, and must not hold it up
 * for as long as they would take to prove it themselves.
 */
const restWidth = 5

/** Its index. */
export const widthOfRest = widths.length

/** Least index of a width for shares above so many ppm. */
const narrowAbove = [10_000, 50_000]

/** How much more of the slow requests than of others a promotion tolerates: one in twenty of the incumbent's are slow. */
const slowTolerance = 5

/** Index of the width that leaving `stage` takes; the last one in the last stage. */
export function widthOf({ stages }: Pick<RolloutSettings, 'stages'>, stage: number): number {
  if (stage >= stages.length - 1) return widths.length - 1
  const ppm = stages[stage]?.ppm ?? 0
  return narrowAbove.filter((bound) => ppm > bound).length
}

/** The drop of a signal that has to be ruled out, by width; the last one is that of the rest. */
export function marginsOf(signal: string, { margin, flagMargin }: RolloutSettings): number[] {
  const base = signal === 'score' ? margin : signal === 'slow' ? slowTolerance * flagMargin : flagMargin
  return [...widths, restWidth].map((width) => Math.min(1, width * base))
}
