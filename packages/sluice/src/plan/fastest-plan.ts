import { widthOf } from '../rollout/lacking.ts'
import { contributionsForProof } from '../stats/index.ts'
import type { RolloutSettings } from '../suite/rollout-settings.ts'
import { follow, type PlannedStage } from './course.ts'
import { shareOfJudged, type Traffic } from './traffic.ts'

export interface FastestPlan {
  stages: { percent: number; soakHours: number }[]
  hours: number
}

type Stage = RolloutSettings['stages'][number]

/** The incumbent's slow requests, by definition. */
const slowRate = 0.05

/**
 * The shortest plan by which a canary that is as good is promoted in nine of ten cases: some of the stages, always the first,
 * which bounds the harm of the first hours, and the last, each as long as the proof that it needs takes. The bound on false
 * rollbacks holds for any plan.
 *
 * @returns undefined where the users are too few for every plan
 */
export function fastestPlan(traffic: Traffic, settings: RolloutSettings): FastestPlan | undefined {
  const stages = settings.stages.filter(({ ppm }) => ppm < 1_000_000)
  const plans = choices(stages).flatMap((chosen) => planOf(traffic, { ...settings, stages: chosen }) ?? [])
  return plans.reduce<FastestPlan | undefined>(
    (best, plan) => (best && best.hours <= plan.hours ? best : plan),
    undefined,
  )
}

/** All ways through these stages that keep the first and the last. */
function choices(stages: readonly Stage[]): Stage[][] {
  const [first, ...rest] = stages
  const last = rest.pop()
  if (!first) return []
  if (!last) return [[first]]
  const between = rest.reduce<Stage[][]>((ways, stage) => ways.flatMap((way) => [way, [...way, stage]]), [[]])
  return between.map((way) => [first, ...way, last])
}

function planOf(traffic: Traffic, settings: RolloutSettings): FastestPlan | undefined {
  const planned: PlannedStage[] = []
  let total = 0
  for (const [stage, { ppm }] of settings.stages.entries()) {
    const until = provenAfter(
      traffic,
      settings,
      [...planned, { share: ppm / 1e6, hours: Number.POSITIVE_INFINITY }],
      stage,
    )
    if (until === undefined) return undefined
    const hours = Math.max(0, quartersUp(until - total))
    planned.push({ share: ppm / 1e6, hours })
    total += hours
  }
  return { stages: planned.map(({ share, hours }) => ({ percent: share * 100, soakHours: hours })), hours: total }
}

/** Hours from the start until all that leaving the stage takes is known in nine of ten cases. */
function provenAfter(
  traffic: Traffic,
  settings: RolloutSettings,
  plan: readonly PlannedStage[],
  stage: number,
): number | undefined {
  const width = widthOf(settings, stage)
  const proof = (signal: 'score' | 'errors' | 'slow' | 'safety', deviation: number, what: 'requests' | 'judged') => {
    if (settings.signals[signal] === 0) return 0
    const { p90 } = contributionsForProof(width * marginOf(signal, settings), deviation, settings.alpha)
    const counted = (share: number) => (what === 'judged' ? shareOfJudged(traffic, share) : share)
    return follow(traffic, plan, what, (share) => p90 / (1 - counted(share)))?.hours
  }
  const isLast = stage + 1 === settings.stages.length
  const enough = isLast ? follow(traffic, plan, 'requests', () => settings.minUsers)?.hours : 0
  const times = [
    enough,
    proof('score', traffic.deviation, 'judged'),
    proof('errors', deviationOf(traffic.errorRate), 'requests'),
    proof('safety', deviationOf(traffic.errorRate), 'requests'),
    proof('slow', deviationOf(slowRate), 'requests'),
  ]
  return times.reduce<number | undefined>(
    (most, time) => (most === undefined || time === undefined ? undefined : Math.max(most, time)),
    0,
  )
}

/** Of a yes or no. */
const deviationOf = (rate: number) => Math.sqrt(rate * (1 - rate))

const quartersUp = (hours: number) => Math.ceil(hours * 4) / 4

function marginOf(signal: string, { margin, flagMargin }: RolloutSettings): number {
  return signal === 'score' ? margin : signal === 'slow' ? 5 * flagMargin : flagMargin
}
