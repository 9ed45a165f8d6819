import { dayMs, weekMs } from '../../time-units.ts'
import type { Cycles, ScenarioTraffic } from './scenario-traffic.ts'

/** A wave from -1 to 1 with its maximum at 6:00 UTC and its minimum at 18:00 UTC. */
function dailyWave(time: number): number {
  return Math.sin((2 * Math.PI * time) / dayMs)
}

/** `time` in ms since the epoch, which was a Thursday. */
function isWeekend(time: number): boolean {
  const day = (Math.floor(time / dayMs) + 4) % 7
  return day === 0 || day === 6
}

/** The change of the mean score at a time, in ms since the epoch. */
export function scoreAt({ day, weekend }: Cycles, time: number): number {
  return day.score * dailyWave(time) + (isWeekend(time) ? weekend.score : 0)
}

/** The factor of the error rate, or of the latency, at a time. */
export function factorAt({ day, weekend }: Cycles, what: 'errors' | 'latency', time: number): number {
  return (day[what] === 1 ? 1 : day[what] ** dailyWave(time)) * (isWeekend(time) ? weekend[what] : 1)
}

/** The rate of requests as a multiple of the average of a working day, `since` ms after `start`. */
export function trafficAt({ dailySwing, weekend, ...traffic }: ScenarioTraffic, start: number, since: number): number {
  const time = start + since
  return (1 + dailySwing * dailyWave(time)) * (isWeekend(time) ? weekend : 1) * changeOf(traffic, since)
}

/** No value of `trafficAt` is larger within a day from then on. */
export function busiestTraffic({ dailySwing, weekend, ...traffic }: ScenarioTraffic, since: number): number {
  const most = traffic.episodes.reduce((all, { factor }) => all * Math.max(1, factor), 1)
  const grown = Math.max(growth(traffic, since), growth(traffic, since + dayMs))
  return (1 + dailySwing) * Math.max(1, weekend) * grown * most
}

/** What comes once, and does not come again with the day or the week. */
function changeOf(traffic: Pick<ScenarioTraffic, 'perWeek' | 'episodes'>, since: number): number {
  const now = traffic.episodes.filter(({ from, lasts }) => since >= from && since < from + lasts)
  return now.reduce((all, { factor }) => all * factor, growth(traffic, since))
}

function growth({ perWeek }: Pick<ScenarioTraffic, 'perWeek'>, since: number): number {
  return perWeek === 1 ? 1 : perWeek ** (since / weekMs)
}
