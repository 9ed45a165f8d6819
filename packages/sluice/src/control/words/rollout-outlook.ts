import type { EndForecast } from '../../records/rollout/end-chances.ts'
import type { RolloutSettings } from '../../records/rollout/rollout-settings.ts'
import { formatAverage, formatCount, formatDuration, formatPpm, formatUsd } from '../../text/format.ts'
import { wrap } from '../../text/layout.ts'
import { hourMs } from '../../time-units.ts'
import { endForecast, wholeEffort } from '../plan/end-forecast.ts'
import { expectedTraffic, type GivenTraffic, otherTraffic } from '../plan/expected-traffic.ts'
import { type Forecast, forecast } from '../plan/forecast.ts'
import { forecastLines } from '../plan/forecast-text.ts'
import { type ReportedTraffic, suitedPercent, suitedSettings } from '../plan/suited-settings.ts'
import { courseOf } from '../plan/traffic-course.ts'
import { endForecastSentences, silentText, unjudgedText } from './end-forecast-text.ts'
import { judgedAnswers } from './judged-answers.ts'

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

interface WantedRollout extends GivenTraffic {
  settings: RolloutSettings
  /** Whoever gave settings for this rollout means them; of judging they say nothing. */
  areGiven: boolean
}

/** What this traffic can decide. The general defaults give way to those that suit it. */
export async function rolloutOutlook(
  reported: ReportedTraffic,
  wanted: WantedRollout,
  { start, runs = wholeEffort.runs }: { start: number; runs?: number },
): Promise<RolloutOutlook> {
  const { traffic, live, isJudged } = reported
  const perDay = wanted.perDay ?? traffic?.requestsPerDay ?? null
  const { settings, judgePercent } = wanted.areGiven
    ? { settings: wanted.settings, judgePercent: isJudged ? suitedPercent(reported, perDay) : null }
    : suitedSettings(reported, wanted.settings, perDay)
  if (perDay === null) {
    const lines = [unknownTraffic, ...qualityLines(reported, settings)]
    return { settings, judgePercent, forecast: null, ends: null, lines: wrapped(lines) }
  }
  const users = wanted.users ?? traffic?.users ?? null
  const judged = judgedAnswers(judgePercent === null ? live.judge : { percent: judgePercent })
  const course = traffic && (await courseOf(traffic, () => Promise.resolve()))
  const known = expectedTraffic({ ...reported, course }, wanted, judgePercent)
  if (!known) throw new Error('the traffic was known before')
  const { expected, dailyUsd } = known
  const found = forecast(expected, settings, { start, runs })
  const ends = await endForecast(expected, settings, { start }, { ...wholeEffort, runs })
  const from =
    wanted.perDay === undefined ? `measured over ${formatDuration((traffic?.hours ?? 0) * hourMs)}` : 'as given'
  const stages = settings.stages.map(({ ppm, soakMs }) => `${formatPpm(ppm)} for ${formatDuration(soakMs)}`).join(', ')
  const lines = [
    perDay === 0
      ? `${silentText} What to expect say --per-day and --users.`
      : `${formatAverage(perDay)} requests a day${users === null ? '' : ` from ${formatCount(Math.round(users))} users`}, ${from}.${lastDayText(traffic, wanted)}`,
    `Stages${settings.stages === wanted.settings.stages ? '' : ', adapted to this traffic'}: ${stages}.${isJudged ? ` Judged${judgePercent === null ? '' : ', adapted to this traffic'}: ${judged}.` : ''}`,
    ...(settings.flagMargin === wanted.settings.flagMargin
      ? []
      : [`Rates may rise by ${100 * settings.flagMargin} points (flagMargin), adapted to this traffic.`]),
    ...qualityLines(reported, settings),
    ...budgetLines(dailyUsd, live.judge.budgetUsdPerDay),
  ]
  const endLines = ends === null ? [] : endForecastSentences(ends, settings, start)
  return {
    settings,
    judgePercent,
    forecast: found,
    ends,
    lines: [...wrapped(lines), '', ...forecastLines(found), '', ...wrapped(endLines), ''],
  }
}

const unknownTraffic =
  'The log does not show how much traffic there is, so what can be decided by when is unknown: give --per-day and --users. Once there is an hour of traffic, sluice rollout status says when it is expected to end.'

/** ` The last 24 hours had none.` Where they were unlike the days before, the average does not tell what comes. */
function lastDayText(traffic: ReportedTraffic['traffic'], { perDay }: GivenTraffic): string {
  if (perDay !== undefined || traffic?.lastDay == null) return ''
  const { requestsPerDay, lastDay } = traffic
  const [less, more] = [requestsPerDay, lastDay].toSorted((a, b) => a - b) as [number, number]
  if (more < otherTraffic.least || more <= otherTraffic.times * less) return ''
  return ` The last 24 hours had ${lastDay === 0 ? 'none' : formatCount(lastDay)}.`
}

/** That nobody watches the quality, and what that means. */
function qualityLines({ isJudged, live }: ReportedTraffic, settings: RolloutSettings): string[] {
  return isJudged ? [] : [unjudgedText(live.store, settings)]
}

function budgetLines(dailyUsd: number | null, budgetUsdPerDay: number): string[] {
  if (dailyUsd === null || dailyUsd <= budgetUsdPerDay) return []
  return [
    `Judging that much may cost ${formatUsd(dailyUsd)} a day, and the budget is ${formatUsd(budgetUsdPerDay)}: what is beyond it is not judged (live.judge.budgetUsdPerDay).`,
  ]
}

const wrapped = (lines: readonly string[]) => lines.flatMap((line) => wrap(line, 80))
