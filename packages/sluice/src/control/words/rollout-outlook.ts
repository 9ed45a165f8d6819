import { isDeepStrictEqual } from 'node:util'
import type { MeasuredTraffic } from '../../records/measured-traffic.ts'
import {
  defaultLiveSettings,
  defaultRolloutSettings,
  type LiveSettings,
  type RolloutSettings,
} from '../../records/rollout-settings.ts'
import { formatCount, formatDuration, formatUsd } from '../../text/format.ts'
import { wrap } from '../../text/layout.ts'
import { type Forecast, forecast } from '../plan/forecast.ts'
import { forecastLines } from '../plan/forecast-text.ts'
import { requestsPerVisit, type Traffic } from '../plan/traffic.ts'
import { defaultsFor, type TrafficDefaults } from '../plan/traffic-defaults.ts'

/** What a rollout begins with, and what it can decide by when. */
export interface RolloutOutlook {
  settings: RolloutSettings
  /** Null: as the version says. */
  judgePercent: number | null
  /** Null where the traffic is not known. */
  forecast: Forecast | null
  lines: string[]
}

/** The traffic as it was measured, and what the version says about itself. */
export interface ToldTraffic {
  traffic: MeasuredTraffic | null
  /** Settings that its prompt file sets itself; null if that is not known. */
  written: readonly string[] | null
  live: Pick<LiveSettings, 'store'> & { judge: JudgingWish }
}

interface JudgingWish {
  percent: number
  canaryPercent?: number | undefined
  budgetUsdPerDay: number
}

interface Wish {
  settings: RolloutSettings
  /** Whoever gave settings for this rollout means them; of judging they say nothing. */
  areGiven: boolean
  /** From flags. */
  perDay: number | undefined
  users: number | undefined
}

const usual = { errorRate: 0.01, deviation: 0.25 }

/** What this traffic can decide. The general defaults give way to those that suit it. `course` is how it is simulated. */
export function rolloutOutlook(
  { traffic, live, written }: ToldTraffic,
  wish: Wish,
  course: { start: number; runs?: number },
): RolloutOutlook {
  const perDay = wish.perDay ?? traffic?.requestsPerDay
  if (perDay === undefined) {
    const lines = [
      'The log does not show how much traffic there is, so what can be decided by when is unknown: give --per-day and --users.',
    ]
    return {
      settings: wish.settings,
      judgePercent: null,
      forecast: null,
      lines: lines.flatMap((line) => wrap(line, 80)),
    }
  }
  const users = wish.users ?? traffic?.users ?? null
  const suiting = defaultsFor({ requestsPerDay: perDay, usersPerDay: users })
  const settings = suiting && !wish.areGiven ? suited(wish.settings, suiting, written) : wish.settings
  const { judge } = live
  const judgePercent =
    suiting && live.store && !isJudgeSet(live, written) && suiting.judgePercent !== judge.percent
      ? suiting.judgePercent
      : null
  const percent = live.store ? (judgePercent ?? judge.percent) : 0
  const cost = judgingCost(perDay, percent, { ...judge, usd: traffic?.judgeUsd ?? null })
  const judged = (percent / 100) * cost.affordable
  const perVisit = requestsPerVisit(perDay, { users, usersPerDay: habitsOf(traffic, wish) })
  const expected: Traffic = {
    ...{
      requestsPerDay: perDay,
      users,
      perVisit,
      judged,
      judgedIncumbents: judged,
      judgeUsd: traffic?.judgeUsd ?? null,
    },
    errorRate: traffic?.errorRate ?? usual.errorRate,
    deviation: traffic?.deviation ?? usual.deviation,
  }
  const found = forecast(expected, settings, course)
  const from =
    wish.perDay === undefined ? `measured over ${formatDuration((traffic?.hours ?? 0) * 3_600_000)}` : 'as given'
  const stages = settings.stages.map(({ ppm, soakMs }) => `${ppm / 10_000} % for ${formatDuration(soakMs)}`).join(', ')
  const lines = [
    `${formatCount(Math.round(perDay))} requests a day${users === null ? '' : ` from ${formatCount(Math.round(users))} users`}, ${from}.`,
    `Stages${settings.stages === wish.settings.stages ? '' : ', adapted to this traffic'}: ${stages}. Judged${judgePercent === null ? '' : ', adapted to this traffic'}: ${percent} %.`,
    ...(settings.flagMargin === wish.settings.flagMargin
      ? []
      : [`Rates may rise by ${100 * settings.flagMargin} points (flagMargin), adapted to this traffic.`]),
    ...(live.store ? [] : ['Nothing is judged, since live.store is off: quality is not watched.']),
    ...cost.lines,
  ]
  return {
    settings,
    judgePercent,
    forecast: found,
    lines: [...lines.flatMap((line) => wrap(line, 80)), '', ...forecastLines(found), ''],
  }
}

/** A log of so many hours tells how many of the users come on a day. */
const tellingHours = 48

/** How many users come on a day; null where the log does not tell, or the traffic is another. */
function habitsOf(traffic: ToldTraffic['traffic'], { perDay, users }: Wish): number | null {
  const isMeasured = perDay === undefined && users === undefined
  return traffic && isMeasured && traffic.hours >= tellingHours ? traffic.usersPerDay : null
}

/** What the settings leave to the general defaults gives way to what suits the traffic. */
function suited(
  settings: RolloutSettings,
  { stages, flagMargin }: TrafficDefaults,
  written: ToldTraffic['written'],
): RolloutSettings {
  const isSet = (key: 'stages' | 'flagMargin') =>
    written ? written.includes(`rollout.${key}`) : !isDeepStrictEqual(settings[key], defaultRolloutSettings[key])
  if (isSet('stages')) return settings
  return { ...settings, stages, ...(!isSet('flagMargin') && { flagMargin }) }
}

/** Whether the prompt file says how much is judged. Of versions published by an older command line only what differs from the default is known to be meant. */
function isJudgeSet({ judge }: ToldTraffic['live'], written: ToldTraffic['written']): boolean {
  if (written) return written.some((name) => name === 'live.judge.percent' || name === 'live.judge.canaryPercent')
  return judge.percent !== defaultLiveSettings.judge.percent || judge.canaryPercent !== undefined
}

function judgingCost(
  perDay: number,
  percent: number,
  { budgetUsdPerDay, usd }: { budgetUsdPerDay: number; usd: number | null },
): { affordable: number; lines: string[] } {
  const daily = usd === null ? null : (perDay * percent * usd) / 100
  if (daily === null || daily <= budgetUsdPerDay) return { affordable: 1, lines: [] }
  const text = `Judging that much may cost ${formatUsd(daily)} a day, and the budget is ${formatUsd(budgetUsdPerDay)}: what is beyond it is not judged (live.judge.budgetUsdPerDay).`
  return { affordable: budgetUsdPerDay / daily, lines: [text] }
}
