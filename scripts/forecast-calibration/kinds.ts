import { defaultsFor } from '../../packages/sluice/src/control/plan/traffic-defaults.ts'
import { type Scenario, scenarioSchema } from '../../packages/sluice/src/control/simulate/scenario.ts'
import { defaultRolloutSettings } from '../../packages/sluice/src/records/rollout/rollout-settings.ts'
import { seededRandom } from '../../packages/sluice/src/stats/random.ts'

/** A time with more or fewer requests, in hours. */
interface Episode {
  from: number
  lasts: number
  factor: number
}

/** How the traffic comes in the weeks before the rollout, and during it. */
export interface Kind {
  name: string
  traffic: { dailySwing?: number; newUsersPerDay?: number; weekend?: number; perWeek?: number }
  /** In hours before the start, the middle of which is the start. */
  before?: Episode[]
  /** In hours after the start. */
  during?: Episode[]
  /** By this factor more requests come from the start on. */
  jump?: number
  /** Standard deviation of the logarithm of whole days. */
  uneven?: number
  /** So many days are known; by default all that are looked at. */
  knownDays?: number
  /** Whether the range is claimed to hold, told at the start and after a third. */
  claimed: { start: boolean; third: boolean }
}

const cycles = { dailySwing: 0.7, newUsersPerDay: 0.03 }
const both = { start: true, third: true }
const third = { start: false, third: true }
const neither = { start: false, third: false }

export const kinds: Kind[] = [
  { name: 'steady', traffic: {}, claimed: both },
  { name: 'day and night, users come and go', traffic: cycles, claimed: both },
  { name: 'the same, and weekends with 40 %', traffic: { ...cycles, weekend: 0.4 }, claimed: both },
  { name: 'days that differ by chance, by 25 %', traffic: cycles, uneven: 0.25, claimed: both },
  { name: 'grows by 40 % a week', traffic: { ...cycles, perWeek: 1.4 }, claimed: both },
  { name: 'shrinks by 30 % a week', traffic: { ...cycles, perWeek: 0.7 }, claimed: both },
  {
    name: 'a day without requests, four days ago',
    traffic: cycles,
    before: [{ from: 120, lasts: 24, factor: 0 }],
    claimed: both,
  },
  {
    name: 'four times as many for half a day, two days ago',
    traffic: cycles,
    before: [{ from: 60, lasts: 12, factor: 4 }],
    claimed: both,
  },
  { name: 'two days are known', traffic: cycles, knownDays: 2, claimed: third },
  { name: '40 % more from the start on', traffic: cycles, jump: 1.4, claimed: third },
  { name: '30 % fewer from the start on', traffic: cycles, jump: 0.7, claimed: third },
  {
    name: 'a day without requests, from the 12th hour on',
    traffic: cycles,
    during: [{ from: 12, lasts: 24, factor: 0 }],
    claimed: neither,
  },
  {
    name: 'four times as many, from the 12th to the 24th hour',
    traffic: cycles,
    during: [{ from: 12, lasts: 12, factor: 4 }],
    claimed: neither,
  },
]

export const sizes = [1000, 2000, 5000]
export const pastDays = 21

const differences = { asGood: 0, worse: -defaultRolloutSettings.margin }
export type Which = keyof typeof differences

/** One rollout to come, and the weeks before it. */
export interface World {
  which: Which
  scenario: Scenario
  /** Traffic of the time before, which ends where the scenario begins. */
  past: Scenario
  knownDays: number
}

export function worldOf(
  { traffic, before = [], during = [], jump = 1, uneven = 0, knownDays = pastDays }: Kind,
  { perDay, which, seed }: { perDay: number; which: Which; seed: number },
): World {
  const suiting = defaultsFor({ requestsPerDay: perDay, usersPerDay: null })
  const stages = suiting?.stages.map(({ ppm, soakMs }) => ({ percent: ppm / 10_000, soak: `${soakMs / 3_600_000}h` }))
  const random = seededRandom(seed)
  const days = (count: number): Episode[] =>
    uneven === 0
      ? []
      : Array.from({ length: count }, (_, day) => ({
          from: 24 * day,
          lasts: 24,
          factor: Math.exp(uneven * random.normal()),
        }))
  const written = (episodes: Episode[]) =>
    episodes.map(({ from, lasts, factor }) => ({ from: `${from}h`, lasts: `${lasts}h`, factor }))
  const scenario = (requests: number, episodes: Episode[]) =>
    ({
      lasts: '97h',
      traffic: {
        ...{ perDay: requests, users: Math.round(1.5 * perDay * jump), perVisit: 2 },
        ...traffic,
        episodes: written(episodes),
      },
      judge: { percent: suiting?.judgePercent },
      canary: { score: differences[which] },
      rollout: { stages, flagMargin: suiting?.flagMargin },
    }) as const
  const earlier = before.map((one) => ({ ...one, from: 24 * pastDays - one.from }))
  const weeksAgo = perDay * (traffic.perWeek ?? 1) ** (-pastDays / 7)
  // Who grows gets more users, not more of each.
  const past = { ...scenario(weeksAgo, [...days(pastDays), ...earlier]) }
  return {
    ...{ which, knownDays },
    scenario: { ...scenarioSchema.parse(scenario(perDay * jump, [...days(5), ...during])), seed },
    past: { ...scenarioSchema.parse({ ...past, traffic: { ...past.traffic, users: Math.round(1.5 * perDay) } }), seed },
  }
}
