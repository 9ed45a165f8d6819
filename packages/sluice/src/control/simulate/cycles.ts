import type { Cycles, ScenarioTraffic } from './scenario-traffic.ts'

const dayMs = 86_400_000

/** From -1 to 1: highest at six in the morning, UTC, lowest at six in the evening. */
function dailyWave(time: number): number {
  return Math.sin((2 * Math.PI * time) / dayMs)
}

/** `time` in ms since the epoch, which was a Thursday. */
function isWeekend(time: number): boolean {
  const day = (Math.floor(time / dayMs) + 4) % 7
  return day === 0 || day === 6
}

/** What is added to the mean score at a time, ms since the epoch. */
export function scoreAt({ day, weekend }: Cycles, time: number): number {
  return day.score * dailyWave(time) + (isWeekend(time) ? weekend.score : 0)
}

/** By what the rate of errors, or the latency, is multiplied at a time. */
export function factorAt({ day, weekend }: Cycles, what: 'errors' | 'latency', time: number): number {
  return (day[what] === 1 ? 1 : day[what] ** dailyWave(time)) * (isWeekend(time) ? weekend[what] : 1)
}

/** The rate of requests in proportion to that of an average working day. */
export function trafficAt({ dailySwing, weekend }: ScenarioTraffic, time: number): number {
  return (1 + dailySwing * dailyWave(time)) * (isWeekend(time) ? weekend : 1)
}

/** The most that it can be. */
export function busiestTraffic({ dailySwing, weekend }: ScenarioTraffic): number {
  return (1 + dailySwing) * Math.max(1, weekend)
}
