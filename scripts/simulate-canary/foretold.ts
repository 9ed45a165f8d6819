import { type End, playRollout } from '../../packages/sluice/src/control/plan/forecast.ts'
import type { CanaryRun } from '../../packages/sluice/src/control/simulate/canary-run.ts'
import type { Scenario } from '../../packages/sluice/src/control/simulate/scenario.ts'
import { requestsPerHour } from '../../packages/sluice/src/control/simulate/scenario-traffic.ts'
import { simulationStart } from '../../packages/sluice/src/control/simulate/simulation.ts'

type Result = 'promoted' | 'rolledBack' | 'undecided'

/** The forecast probability of a result, and how many of the simulated canaries had it. */
export interface Chance {
  result: Result
  /** After this many hours. */
  hours: number
  forecast: number
  observed: { count: number; of: number }
}

const horizons = [24, 48, 96]
const results = ['promoted', 'rolledBack', 'undecided'] as const
const hourMs = 3_600_000
const rollouts = 400
/** A decision that is due at the end of an hour is made at the next assessment. */
const assessmentHours = 0.25

/** Compares the forecast for a scenario's traffic, settings and harm with the results of its runs. */
export function foretold(scenario: Scenario, runs: readonly CanaryRun[]): Chance[] {
  const ends = forecastEnds(scenario)
  const played = runs.map(({ end, at }) => ({
    result: end === 'promoted' || end === 'rolledBack' ? end : 'undecided',
    hours: at / hourMs - assessmentHours,
  }))
  return horizons.flatMap((hours) =>
    results.map((result) => {
      const share = (all: readonly { result: string; hours: number }[]) =>
        all.filter((one) => (one.hours <= hours ? one.result : 'undecided') === result).length
      return {
        result,
        hours,
        forecast: share(ends) / ends.length,
        observed: { count: share(played), of: played.length },
      }
    }),
  )
}

function forecastEnds({ traffic, judge, incumbent, canary, rollout }: Scenario): { result: Result; hours: number }[] {
  if (!traffic) throw new Error('a forecast needs simulated traffic')
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
    return end ? { result: resultOf(end), hours: end.hours } : { result: 'undecided', hours: lasts }
  })
}

const resultOf = ({ how }: End): Result => (how === 'rolledBack' ? how : 'promoted')

/** The observed share of all forecasts with a probability between two bounds. */
export interface Reliability {
  from: number
  to: number
  statements: number
  forecast: number
  observed: number
  /** Standard error of the difference, over worlds, since the forecasts of one world are correlated. */
  error: number
}

const bounds = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1]

/** @param worlds the forecasts of each world */
export function reliability(worlds: readonly (readonly Chance[])[]): Reliability[] {
  return bounds.slice(1).flatMap((to, i) => {
    const from = bounds[i] ?? 0
    const own = worlds.map((chances) =>
      chances.filter(({ forecast }) => forecast >= from && (forecast < to || to === 1)),
    )
    const all = own.flat()
    if (all.length === 0) return []
    const mean = (of: (chance: Chance) => number) => all.reduce((sum, chance) => sum + of(chance), 0) / all.length
    const [forecast, observed] = [mean((chance) => chance.forecast), mean(observedShare)]
    const missedBy = own.map((chances) => chances.reduce((sum, one) => sum + observedShare(one) - one.forecast, 0))
    const error = Math.sqrt(missedBy.reduce((sum, one) => sum + one ** 2, 0)) / all.length
    return [{ from, to, statements: all.length, forecast, observed, error }]
  })
}

const observedShare = ({ observed: { count, of } }: Chance) => count / Math.max(1, of)
