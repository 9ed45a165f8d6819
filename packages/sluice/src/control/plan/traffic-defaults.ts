import type { MeasuredTraffic } from '../../records/measured-traffic.ts'
import { defaultRolloutSettings, type RolloutSettings } from '../../records/rollout-settings.ts'

/** What is known of a feature's traffic. */
export type KnownTraffic = Pick<MeasuredTraffic, 'requestsPerDay' | 'usersPerDay'>

export interface TrafficDefaults {
  stages: RolloutSettings['stages']
  /** Of the requests, for `live.judge.percent`. */
  judgePercent: number
  flagMargin: number
}

const hourMs = 3_600_000

/** From so many requests a day on: the percentages of the stages before the last one, their hours, what is judged, and the margin of rates. */
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
    // In four days of so little a rise by one point cannot be told from none.
    { from: 0, first: [[25, 4]], judgePercent: 100, flagMargin: 0.015 },
  ]

/** Mornings and nights ask different things: the last stage lasts a day. */
const last = { percent: 50, hours: 24 }

/**
 * The stages and the share to be judged that suit a traffic: a first stage that bounds the harm of the first hours and yet meets enough
 * to see great harm, then at once a share that can decide; the more is judged, the less there is.
 *
 * @returns undefined where nothing is known: then the general defaults are as good as any
 */
export function defaultsFor(traffic: KnownTraffic | null): TrafficDefaults | undefined {
  const band = traffic && bands.find(({ from }) => traffic.requestsPerDay >= from)
  if (!band) return undefined
  const stages = [...band.first, [last.percent, last.hours] as const]
  return {
    stages: stages.map(([percent, hours]) => ({ ppm: percent * 10_000, soakMs: hours * hourMs })),
    judgePercent: band.judgePercent,
    flagMargin: band.flagMargin ?? defaultRolloutSettings.flagMargin,
  }
}
