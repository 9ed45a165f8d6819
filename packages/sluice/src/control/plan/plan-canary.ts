import { ppmPerPercent, type RolloutSettings } from '../../records/rollout/rollout-settings.ts'
import { hourMs } from '../../time-units.ts'
import { type End, type Forecast, forecast, playRollout } from './forecast.ts'
import type { Difference } from './simulated-hours.ts'
import type { Traffic } from './traffic.ts'

/** When a canary is rolled back: after how many hours and canary users, and the cost of judging until then. */
export interface Met {
  hours: number
  users: number
  /** Null if the price is unknown. */
  judgeUsd: number | null
}

/** The median of all cases, and the 90 % quantile. Null if so many are not rolled back before patience ends. */
export interface Found {
  median: Met | null
  p90: Met | null
}

export interface CanaryPlan {
  schema: 'sluice.canary-plan/2'
  traffic: Traffic
  alpha: number
  flagMargin: number
  stages: { percent: number; soakHours: number }[]
  /** Drops of the mean score, largest first. */
  drops: ({ drop: number } & Found)[]
  /** Error rates as multiples of the present one, largest first. */
  errors: ({ ratio: number } & Found)[]
  /** Latencies as multiples of the present ones, largest first. */
  latencies: ({ ratio: number } & Found)[]
  forecast: Forecast
}

const drops = [0.2, 0.1, 0.05, 0.03, 0.02]
const ratios = [10, 5, 3, 2]
const latencyRatios = [3, 2, 1.5, 1.25]
const noWorse: Difference = { drop: 0, errors: 0, latency: 1 }
const runs = 60

/**
 * What a rollout with these settings can detect on this traffic, and how it ends; simulated with the engine's rules.
 */
export function planCanary(traffic: Traffic, settings: RolloutSettings): CanaryPlan {
  const { score, errors, slow } = settings.signals
  const isScored = score > 0 && traffic.judged > 0
  return {
    schema: 'sluice.canary-plan/2',
    traffic,
    alpha: settings.alpha,
    flagMargin: settings.flagMargin,
    stages: settings.stages.map(({ ppm, soakMs }) => ({ percent: ppm / ppmPerPercent, soakHours: soakMs / hourMs })),
    drops: isScored ? drops.map((drop) => ({ drop, ...foundBy(traffic, settings, { ...noWorse, drop }) })) : [],
    errors:
      errors > 0
        ? ratios.map((ratio) => {
            const more = Math.min(1 - traffic.errorRate, traffic.errorRate * (ratio - 1))
            return { ratio, ...foundBy(traffic, settings, { ...noWorse, errors: more }) }
          })
        : [],
    latencies:
      slow > 0
        ? latencyRatios.map((ratio) => ({ ratio, ...foundBy(traffic, settings, { ...noWorse, latency: ratio }) }))
        : [],
    forecast: forecast(traffic, settings, { runs }),
  }
}

function foundBy(traffic: Traffic, settings: RolloutSettings, difference: Difference): Found {
  const course = { difference, start: Date.UTC(2026, 0, 1), lasts: settings.patience / hourMs }
  const found: Met[] = []
  for (let seed = 0; seed < runs; seed += 1) {
    const end = playRollout(traffic, settings, { ...course, seed })
    if (end?.how === 'rolledBack') found.push(metAt(end, traffic))
    // So many are not rolled back that the rest cannot change it: most of the time would go into what shows nothing.
    if (seed + 1 - found.length > runs - atLevel(0.5)) return { median: null, p90: null }
  }
  const sorted = found.toSorted((a, b) => a.hours - b.hours)
  const at = (level: number) => sorted[atLevel(level) - 1] ?? null
  return { median: at(0.5), p90: at(0.9) }
}

/** How many runs make this part of all. */
const atLevel = (level: number) => Math.ceil(level * runs)

function metAt({ hours, users, judged }: End, { judgeUsd }: Traffic): Met {
  return { hours, users, judgeUsd: judgeUsd === null ? null : judged * judgeUsd }
}
