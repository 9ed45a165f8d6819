import type { MeasuredTraffic } from '../../records/rollout/measured-traffic.ts'
import { defaultRolloutSettings, ppmPerPercent, type RolloutSettings } from '../../records/rollout/rollout-settings.ts'
import { hourMs } from '../../time-units.ts'

/** What is known about a feature's traffic. */
export type KnownTraffic = Pick<MeasuredTraffic, 'requestsPerDay' | 'usersPerDay'>

export interface TrafficDefaults {
  stages: RolloutSettings['stages']
  /** Percentage of requests, for `live.judge.percent`. */
  judgePercent: number
  flagMargin: number
}

/**
 * Defaults from `from` requests a day on: percentages and hours of the first stages, share to judge, margin of rates.
 */
const bands: { from: number; first: [percent: number, hours: number][]; judgePercent: number; flagMargin?: number }[] =
  [
    {
      from: 200_000,
      first: [
        [1, 1],
        [10, 2],
      ],
      judgePercent: 2.5,
    },
    {
      from: 20_000,
      first: [
        [1, 2],
        [10, 4],
      ],
      judgePercent: 10,
    },
    { from: 2000, first: [[5, 2]], judgePercent: 40 },
    // With so few requests a rise by one percentage point cannot be detected in four days.
    { from: 0, first: [[25, 4]], judgePercent: 100, flagMargin: 0.015 },
  ]

/** The last stage lasts a day, since requests differ by the time of day. */
const last = { percent: 50, hours: 24 }

/**
 * The stages and the share to judge that suit a traffic. The first stage limits the harm of the first hours, but has
 * enough requests to detect great harm. The next one has a share that can decide. The less traffic, the more of it is
 * judged.
 *
 * @returns undefined if nothing is known about the traffic; then use the general defaults
 */
export function defaultsFor(traffic: KnownTraffic | null): TrafficDefaults | undefined {
  const band = traffic && bands.find(({ from }) => traffic.requestsPerDay >= from)
  if (!band) return undefined
  const stages = [...band.first, [last.percent, last.hours] as const]
  return {
    stages: stages.map(([percent, hours]) => ({ ppm: percent * ppmPerPercent, soakMs: hours * hourMs })),
    judgePercent: band.judgePercent,
    flagMargin: band.flagMargin ?? defaultRolloutSettings.flagMargin,
  }
}
