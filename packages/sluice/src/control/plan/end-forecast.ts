import type { EndChances, EndForecast } from '../../records/rollout/end-chances.ts'
import type { RolloutSettings } from '../../records/rollout/rollout-settings.ts'
import { formatScore } from '../../text/format.ts'
import { hourMs } from '../../time-units.ts'
import { onUndecided, soakTimes } from '../release/rollout-state.ts'
import { type Begun, type End, newlyBegun, playRollout, seedOf } from './forecast.ts'
import type { Difference } from './simulated-hours.ts'
import type { Traffic } from './traffic.ts'
import { expectedPerDay } from './traffic-course.ts'

/** How much of the machine a forecast may take. */
export interface Effort {
  /** Simulated rollouts of each kind at the most. */
  runs: number
  /** Called after each of them, so that others have their turn. */
  pause(): Promise<void>
  /** Whether its time is over: it then ends with the runs that it has. */
  isOver(): boolean
}

/** All runs at once: of a command, which has nothing else to do. */
export const wholeEffort: Effort = { runs: 100, pause: () => Promise.resolve(), isOver: () => false }

/** With fewer runs than this nothing is said. */
const fewestRuns = 20

/** From now on. Nobody plans for longer than this, and no forecast of it would be worth its time. */
const longestHours = 60 * 24
/** So many of the simulated ends lie in the range that is told; half of the others before it, half after. */
const rangeShare = 0.8

/** When the rollout starts, or entered its present stage, in ms since the epoch. */
interface Course {
  start: number
  from?: Begun
  /** The worse canary; by default worse by the margin. */
  harm?: Difference
}

/**
 * How a canary that is as good ends, and one that is worse by the margin, until patience ends or as long as it is
 * followed; null with too few runs, either since the time was over, or since no simulated
 * rollout is as long in its stage as this one.
 */
export async function endForecast(
  traffic: Traffic,
  settings: RolloutSettings,
  { start, from = newlyBegun, harm = harmOf(traffic, settings) }: Course,
  effort: Effort,
): Promise<EndForecast | null> {
  const untilPatience = wantedMs(settings) / hourMs - from.before
  const lasts = Math.min(untilPatience, from.hours + longestHours)
  const followedHours = Math.max(0, lasts - from.hours)
  const patienceHours =
    onUndecided({ settings }) === undefined ? followedHours : Math.max(0, untilPatience - from.hours)
  const noHarm: Difference = { drop: 0, errors: 0, latency: 1 }
  const [good, worse]: [(End | null)[], (End | null)[]] = [[], []]
  // The runs take turns, so that a time that is over leaves as many of each.
  for (let run = 0; run < effort.runs && !effort.isOver(); run += 1)
    for (const [ends, difference] of [[good, noHarm] as const, [worse, harm] as const]) {
      const course = { difference, start, lasts, from }
      const end = playRollout(traffic, settings, { ...course, seed: seedOf(1, run) })
      if (end !== 'left') ends.push(end)
      await effort.pause()
    }
  if (good.length < fewestRuns || worse.length < fewestRuns) return null
  const chances = (ends: (End | null)[], worseBy: number) =>
    chancesOf(ends, { worseBy, elapsed: from.hours, patienceHours })
  return {
    runs: Math.min(good.length, worse.length),
    harm: harmText(harm),
    patienceHours,
    followedHours,
    requestsPerDay: traffic.course ? expectedPerDay(traffic.course, traffic.requestsPerDay) : null,
    pastHours: traffic.course ? traffic.course.past.length : null,
    asGood: chances(good, 0),
    worse: chances(worse, 1),
  }
}

/** Where time leads on it is to be followed for longer than that takes, also with data that come now and then. */
function wantedMs(settings: RolloutSettings): number {
  if (onUndecided({ settings }) !== undefined) return settings.patience
  return Math.max(settings.patience, 4 * soakTimes(settings))
}

/** A lower score, or more errors where nothing is judged. */
export function harmOf(traffic: Traffic, { signals, margin, flagMargin }: RolloutSettings): Difference {
  const isScored = signals.score > 0 && traffic.judged > 0
  return isScored ? { drop: margin, errors: 0, latency: 1 } : { drop: 0, errors: flagMargin, latency: 1 }
}

function harmText({ drop, errors }: Difference): string {
  if (drop > 0) return `a score lower by ${formatScore(drop)}`
  const more = Number((100 * errors).toPrecision(3))
  return `${more} more ${more === 1 ? 'error' : 'errors'} of 100`
}

function chancesOf(
  ends: readonly (End | null)[],
  { worseBy, elapsed, patienceHours }: { worseBy: number; elapsed: number; patienceHours: number },
): EndChances {
  const share = (...hows: End['how'][]) => ends.filter((end) => end && hows.includes(end.how)).length / ends.length
  const [promoted, rolledBack, weak] = [share('strong', 'time'), share('rolledBack'), share('weak')]
  const hours = ends.map((end) => (end ? Math.max(0, end.hours - elapsed) : patienceHours)).toSorted((a, b) => a - b)
  const at = (level: number) => hours[Math.min(hours.length - 1, Math.max(0, Math.ceil(level * hours.length) - 1))] ?? 0
  const [earliest, latest] = [at((1 - rangeShare) / 2), at((1 + rangeShare) / 2)]
  const undecided = Math.max(0, 1 - promoted - rolledBack)
  return {
    ...{ worseBy, promoted, rolledBack, undecided, weak },
    endHours: { earliest, median: at(0.5), latest, chance: rangeShare },
  }
}

/**
 * From this chance on, of both kinds, a rollout is said not to decide. A single chance of the forecast may be off by 20
 * points (docs/statistics.md, *What the forecast says*), and one of 60 runs by 10 more at worst: what is said to be
 * undecided in 80 of 100 cases is more often undecided than not, for certain.
 */
const tooOftenUndecided = 0.8

/**
 * Whether the evidence can decide before patience ends, as far as that is followed. Where time or a person decides it
 * need not.
 */
export function canDecide({ asGood, worse }: EndForecast, settings: RolloutSettings): boolean {
  if (onUndecided({ settings }) === undefined) return true
  return Math.min(asGood.undecided, worse.undecided) < tooOftenUndecided
}
