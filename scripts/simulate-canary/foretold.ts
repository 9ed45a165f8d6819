import { type End, playRollout } from '../../packages/sluice/src/control/plan/forecast.ts'
import type { CanaryRun } from '../../packages/sluice/src/control/simulate/canary-run.ts'
import type { Scenario } from '../../packages/sluice/src/control/simulate/scenario.ts'
import { requestsPerHour } from '../../packages/sluice/src/control/simulate/scenario-traffic.ts'
import { simulationStart } from '../../packages/sluice/src/control/simulate/simulation.ts'

type Fate = 'promoted' | 'rolledBack' | 'undecided'

/** What the forecast says of canaries, and how many of those that were played came to it. */
export interface Chance {
  fate: Fate
  /** By the end of so many hours. */
  hours: number
  said: number
  came: { count: number; of: number }
}

const horizons = [24, 48, 96]
const fates = ['promoted', 'rolledBack', 'undecided'] as const
const hourMs = 3_600_000
const rollouts = 400
/** What is due at the end of an hour is done at the next look. */
const lookHours = 0.25

/** The forecast of a scenario's traffic, settings and harm, as far as it knows of them, beside what came of the runs. */
export function foretold(scenario: Scenario, runs: readonly CanaryRun[]): Chance[] {
  const ends = forecastEnds(scenario)
  const played = runs.map(({ end, at }) => ({
    fate: end === 'promoted' || end === 'rolledBack' ? end : 'undecided',
    hours: at / hourMs - lookHours,
  }))
  return horizons.flatMap((hours) =>
    fates.map((fate) => {
      const share = (all: readonly { fate: string; hours: number }[]) =>
        all.filter((one) => (one.hours <= hours ? one.fate : 'undecided') === fate).length
      return { fate, hours, said: share(ends) / ends.length, came: { count: share(played), of: played.length } }
    }),
  )
}

function forecastEnds({ traffic, judge, incumbent, canary, rollout }: Scenario): { fate: Fate; hours: number }[] {
  if (!traffic) throw new Error('a forecast is of simulated traffic')
  const known = {
    requestsPerDay: 24 * requestsPerHour(traffic),
    users: traffic.users,
    perVisit: traffic.perVisit,
    judged: (judge.canaryPercent ?? judge.percent) / 100,
    judgedIncumbents: judge.percent / 100,
    judgeUsd: null,
    errorRate: incumbent.errors,
    deviation: incumbent.score.sd,
  }
  const difference = {
    drop: -canary.score,
    errors: (1 - incumbent.errors) * canary.errors,
    latency: canary.latency,
  }
  return Array.from({ length: rollouts }, (_, run) => {
    const lasts = horizons.at(-1) ?? 0
    const end = playRollout(known, rollout, { difference, seed: run, start: simulationStart, lasts })
    return end ? { fate: fateOf(end), hours: end.hours } : { fate: 'undecided', hours: lasts }
  })
}

const fateOf = ({ how }: End): Fate => (how === 'rolledBack' ? how : 'promoted')

/** Of all that was said with a chance between two bounds: how often it came. */
export interface Reliability {
  from: number
  to: number
  statements: number
  said: number
  came: number
  /** Standard error of the difference, over worlds: what is said of one world hangs together. */
  error: number
}

const bounds = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1]

/** @param worlds what was said of each */
export function reliability(worlds: readonly (readonly Chance[])[]): Reliability[] {
  return bounds.slice(1).flatMap((to, i) => {
    const from = bounds[i] ?? 0
    const own = worlds.map((chances) => chances.filter(({ said }) => said >= from && (said < to || to === 1)))
    const all = own.flat()
    if (all.length === 0) return []
    const mean = (of: (chance: Chance) => number) => all.reduce((sum, chance) => sum + of(chance), 0) / all.length
    const [said, came] = [mean((chance) => chance.said), mean(shareCome)]
    const missedBy = own.map((chances) => chances.reduce((sum, one) => sum + shareCome(one) - one.said, 0))
    const error = Math.sqrt(missedBy.reduce((sum, one) => sum + one ** 2, 0)) / all.length
    return [{ from, to, statements: all.length, said, came, error }]
  })
}

const shareCome = ({ came: { count, of } }: Chance) => count / Math.max(1, of)
