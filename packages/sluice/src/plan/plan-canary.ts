import { contributionsForDrop, usersForRate } from '../stats/index.ts'
import type { RolloutSettings } from '../suite/rollout-settings.ts'
import { follow, type Met, type PlannedStage } from './course.ts'
import { type FastestPlan, fastestPlan } from './fastest-plan.ts'
import { shareOfJudged, type Traffic } from './traffic.ts'

/** When something is found: in the middle of all cases, and in nine of ten. Null where the users are too few. */
export interface Found {
  median: Met | null
  p90: Met | null
}

export interface CanaryPlan {
  schema: 'sluice.canary-plan/1'
  traffic: Traffic
  alpha: number
  stages: { percent: number; soakHours: number }[]
  /** Drops of the mean score, largest first. */
  drops: ({ drop: number } & Found)[]
  /** Rates of errors as multiples of the present one, largest first. */
  errors: ({ ratio: number } & Found)[]
  fastest: FastestPlan | null
}

const drops = [0.2, 0.1, 0.05, 0.03, 0.02]
const ratios = [10, 5, 3, 2]

/** How soon a rollout with these settings finds what, on this traffic. */
export function planCanary(traffic: Traffic, settings: RolloutSettings): CanaryPlan {
  const stages = settings.stages.map(({ ppm, soakMs }) => ({ share: ppm / 1e6, hours: soakMs / 3_600_000 }))
  const partial = stages.filter(({ share }) => share < 1)
  const budget = (weight: number) => settings.alpha * weight * (stages.length > 1 ? 0.5 : 1)
  const { score, errors } = settings.signals
  return {
    schema: 'sluice.canary-plan/1',
    traffic,
    alpha: settings.alpha,
    stages: stages.map(({ share, hours }) => ({ percent: share * 100, soakHours: hours })),
    drops: score > 0 ? drops.map((drop) => ({ drop, ...dropFound(traffic, partial, drop, budget(score)) })) : [],
    errors: errors > 0 ? ratios.map((ratio) => ({ ratio, ...rateFound(traffic, partial, ratio, budget(errors)) })) : [],
    fastest: fastestPlan(traffic, settings) ?? null,
  }
}

function dropFound(traffic: Traffic, stages: readonly PlannedStage[], drop: number, alpha: number): Found {
  const needed = contributionsForDrop(drop, traffic.deviation, alpha)
  const at = (count: number) =>
    follow(traffic, stages, 'judged', (share) => count / (1 - shareOfJudged(traffic, share))) ?? null
  return { median: at(needed.median), p90: at(needed.p90) }
}

function rateFound(traffic: Traffic, stages: readonly PlannedStage[], ratio: number, alpha: number): Found {
  const needed = (share: number) => usersForRate(traffic.errorRate, ratio, share, alpha)
  const at = (which: 'median' | 'p90') => follow(traffic, stages, 'requests', (share) => needed(share)[which]) ?? null
  return { median: at('median'), p90: at('p90') }
}
