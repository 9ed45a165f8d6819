import { isDeepStrictEqual } from 'node:util'
import type { EndForecast } from '../../records/end-chances.ts'
import { defaultLiveSettings, defaultRolloutSettings, type RolloutSettings } from '../../records/rollout-settings.ts'
import { formatCount, formatDuration, formatUsd } from '../../text/format.ts'
import { wrap } from '../../text/layout.ts'
import { endForecast, wholeEffort } from '../plan/end-forecast.ts'
import { changeOfTraffic, expectedTraffic, type GivenTraffic, type KnownFeature } from '../plan/expected-traffic.ts'
import { type Forecast, forecast } from '../plan/forecast.ts'
import { forecastLines } from '../plan/forecast-text.ts'
import { defaultsFor, type TrafficDefaults } from '../plan/traffic-defaults.ts'
import { endForecastSentences } from './end-forecast-text.ts'

/** What a rollout begins with, and what it can decide by when. */
export interface RolloutOutlook {
  settings: RolloutSettings
  /** Null: as the version says. */
  judgePercent: number | null
  /** Null where the traffic is not known. */
  forecast: Forecast | null
  /** How it ends within its patience, and when. */
  ends: EndForecast | null
  lines: string[]
}

/** The traffic as it was measured, and what the version says about itself. */
export interface ToldTraffic extends KnownFeature {
  /** Settings that its prompt file sets itself; null if that is not known. */
  written: readonly string[] | null
}

interface Wish extends GivenTraffic {
  settings: RolloutSettings
  /** Whoever gave settings for this rollout means them; of judging they say nothing. */
  areGiven: boolean
}

/** What this traffic can decide. The general defaults give way to those that suit it. `course` is how it is simulated. */
export async function rolloutOutlook(
  { traffic, live, written }: ToldTraffic,
  wish: Wish,
  course: { start: number; runs?: number },
): Promise<RolloutOutlook> {
  const perDay = wish.perDay ?? traffic?.requestsPerDay
  if (perDay === undefined) {
    const lines = [
      'The log does not show how much traffic there is, so what can be decided by when is unknown: give --per-day and --users. Once there is an hour of traffic, sluice rollout status says when it is expected to end.',
    ]
    return {
      settings: wish.settings,
      judgePercent: null,
      forecast: null,
      ends: null,
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
  const known = expectedTraffic({ traffic, live }, wish, judgePercent)
  if (!known) throw new Error('the traffic was known before')
  const { expected, dailyUsd } = known
  const found = forecast(expected, settings, course)
  const ends = await endForecast(expected, settings, course, { ...wholeEffort, runs: course.runs ?? wholeEffort.runs })
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
    ...budgetLines(dailyUsd, judge.budgetUsdPerDay),
  ]
  const endLines =
    ends === null
      ? []
      : [
          ...endForecastSentences(ends, course.start),
          ...(wish.perDay === undefined ? changeOfTraffic({ traffic }) : []),
        ]
  return {
    settings,
    judgePercent,
    forecast: found,
    ends,
    lines: [...wrapped(lines), '', ...forecastLines(found), '', ...wrapped(endLines), ''],
  }
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

function budgetLines(dailyUsd: number | null, budgetUsdPerDay: number): string[] {
  if (dailyUsd === null || dailyUsd <= budgetUsdPerDay) return []
  return [
    `Judging that much may cost ${formatUsd(dailyUsd)} a day, and the budget is ${formatUsd(budgetUsdPerDay)}: what is beyond it is not judged (live.judge.budgetUsdPerDay).`,
  ]
}

const wrapped = (lines: readonly string[]) => lines.flatMap((line) => wrap(line, 80))
