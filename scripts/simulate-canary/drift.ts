import { newDriftWatchState } from '../../packages/sluice/src/control/drift/drift-state.ts'
import { observeDrift, type SourceDays, sourceOf } from '../../packages/sluice/src/control/drift/observe-drift.ts'
import { driftSignals } from '../../packages/sluice/src/control/drift/signals.ts'
import type { LogEntry } from '../../packages/sluice/src/records/outcome.ts'
import type { Random } from '../../packages/sluice/src/stats/index.ts'

/** Production of a known truth, before the drift watch. All of it is data, so that it can be sent to a thread. */
export interface DriftScenario {
  /** What is reported: scores of the judge, or requests (latency and failures). */
  of: 'scores' | 'requests'
  /** On average over a week. */
  perDay: number
  /** Of the traffic, between day and night, and what weekends have of it. */
  swing?: number
  weekendTraffic?: number
  /** By how much scores go up and down within a day, or latency is multiplied. */
  daily?: number
  /** What scores are off at weekends, or latency is multiplied by. */
  weekend?: number
  /** What scores are off by weekday, from Sunday on: another mix of questions on each. */
  mix?: number[]
  /** Standard deviation of what whole days are off by chance. */
  days?: number
  /** What traffic has grown by after 60 days, and the score moved by meanwhile. */
  growth?: number
  slowly?: number
  /** Days that behave like a Sunday, and days without any traffic. */
  holidays?: number[]
  missing?: number[]
  /** The clocks go forward by an hour on this day. */
  clocks?: number
  /** So few users, some of whom come very often; `icc` of the variance of scores is between users. */
  users?: number
  /** Requests come in clusters of ten, each of another user; `icc` of the variance is between clusters. */
  clustered?: boolean
  icc?: number
  /** Requests tell their cost and lengths as well, which follow the same cycles as latency. */
  measures?: boolean
  /** No unit is reported, by three processes. */
  anonymous?: boolean
  /** So many bad requests in the tenth hour of day 30, from one unit or from none. */
  burst?: { requests: number; from: 'unit' | 'none' }
  /** What changes for good, in an hour of the week that chance picks, after three weeks. */
  change?: { score?: number; latency?: number; errors?: number }
}

const hourMs = 3_600_000
const daysWatched = 74
const changeAfterHours = 21 * 24
const givenUpAfterHours = 14 * 24
const deviation = 0.25
const version = 'v'

export interface DriftResult {
  /** Alarms about a signal in all 74 days, or before the change. */
  alarms: number
  /** Hours from the change to the alarm; infinite where none came within 14 days. */
  delay: number | null
}

/** Plays a production through the drift watch's own `observeDrift`. */
export function playDrift(scenario: DriftScenario, random: Random): DriftResult {
  const { change } = scenario
  const changeAt = change ? changeAfterHours + Math.floor(168 * random.uniform()) : Number.POSITIVE_INFINITY
  const last = change ? changeAt + givenUpAfterHours : daysWatched * 24
  const state = newDriftWatchState(version, 0)
  const world = newWorld(scenario, random)
  let memory = new Map<string, SourceDays>()
  let alarms = 0
  for (let hour = 0; hour < last; hour += 1) {
    if (hour % 24 === 0) memory = new Map()
    for (const entry of world.hour(hour, hour >= changeAt)) {
      const source = sourceOf(entry)
      const seen = observeDrift(state, entry, memory.get(source))
      if (seen.memory) memory.set(source, seen.memory)
      const found = seen.events.filter(({ code }) => (driftSignals as string[]).includes(code)).length
      if (found > 0 && hour >= changeAt) return { alarms, delay: entry.receivedAt / hourMs - changeAt }
      alarms += found
    }
  }
  return { alarms, delay: change ? Number.POSITIVE_INFINITY : null }
}

interface World {
  hour(hour: number, isChanged: boolean): LogEntry[]
}

function newWorld(scenario: DriftScenario, random: Random): World {
  const { users, icc = 0.3, holidays = [], missing = [], burst } = scenario
  const offsets = Array.from({ length: users ?? 0 }, () => deviation * Math.sqrt(icc) * random.normal())
  const weights = cumulated(offsets.map(() => Math.exp(1.5 * random.normal())))
  const perDay = Array.from({ length: 2 * daysWatched }, () => (scenario.days ?? 0) * random.normal())
  let next = 0
  let cluster = 0
  const entryAt = (at: number, unit: string | null, value: Shown): LogEntry => {
    next += 1
    return entryOf(next, at, unit, value, scenario)
  }
  return {
    hour(hour, isChanged) {
      const day = Math.floor(hour / 24)
      if (missing.includes(day)) return []
      const local = scenario.clocks !== undefined && day >= scenario.clocks ? hour + 1 : hour
      const weekday = holidays.includes(day) ? 0 : (day + 4) % 7
      const times = { local, weekday, day, isChanged }
      const count = arrivals(scenario, times, random)
      const level = levelOf(scenario, times) + (perDay[day] ?? 0)
      const entries = Array.from({ length: count }, (_, index) => {
        const user = users === undefined ? next : drawn(weights, random)
        if (scenario.clustered && index % 10 === 0) cluster = deviation * Math.sqrt(icc) * random.normal()
        const own = users === undefined ? (scenario.clustered ? cluster : 0) : (offsets[user] ?? 0)
        const unit = scenario.anonymous ? null : `u${user}`
        const sd = users === undefined && !scenario.clustered ? deviation : deviation * Math.sqrt(1 - icc)
        const at = (hour + (index + 0.5) / count) * hourMs
        return entryAt(at, unit, shown(scenario, times, level + own, sd, random))
      })
      if (!burst || hour !== 30 * 24 + 10) return entries
      const unit = burst.from === 'unit' ? 'busy' : null
      const bad = Array.from({ length: burst.requests }, (_, index) =>
        entryAt((hour + 0.5 + index / burst.requests / 6) * hourMs, unit, {
          score: 0,
          latencyMs: 60_000,
          error: 'Bad',
        }),
      )
      return [...entries, ...bad].sort((a, b) => a.receivedAt - b.receivedAt)
    },
  }
}

interface Times {
  local: number
  weekday: number
  day: number
  isChanged: boolean
}

function isWeekend(weekday: number): boolean {
  return weekday === 0 || weekday === 6
}

/** Busiest in the early afternoon. */
function wave(local: number): number {
  return Math.sin((2 * Math.PI * ((local % 24) - 8)) / 24)
}

function arrivals(
  { perDay, swing = 0.5, weekendTraffic = 1, growth = 0 }: DriftScenario,
  times: Times,
  random: Random,
) {
  const grown = 1 + (growth * times.day) / 60
  const ofWeek = isWeekend(times.weekday) ? weekendTraffic : 1
  const mean = (perDay / 24) * (1 + swing * wave(times.local)) * grown * ofWeek * (7 / (5 + 2 * weekendTraffic))
  // Poisson, to the accuracy that matters.
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()))
}

function levelOf(scenario: DriftScenario, { local, weekday, day, isChanged }: Times): number {
  if (scenario.of === 'requests') return 0
  const { daily = 0, weekend = 0, mix = [], slowly = 0, change } = scenario
  const ofWeek = (isWeekend(weekday) ? weekend : 0) + (mix[weekday] ?? 0)
  return 0.8 - daily * wave(local) + ofWeek + (slowly * day) / 60 + (isChanged ? (change?.score ?? 0) : 0)
}

interface Shown {
  score: number
  latencyMs: number
  error: string | null
  /** Tokens of the input and of the output, where they are told. */
  tokens?: [number, number]
}

function shown(
  scenario: DriftScenario,
  { local, weekday, isChanged }: Times,
  level: number,
  sd: number,
  random: Random,
): Shown {
  if (scenario.of === 'scores') return { score: score(level, sd, random), latencyMs: 0, error: null }
  const { daily = 1, weekend = 1, change } = scenario
  const slower = daily ** wave(local) * (isWeekend(weekday) ? weekend : 1) * (isChanged ? (change?.latency ?? 1) : 1)
  const rate = 0.01 + (isChanged ? (change?.errors ?? 0) : 0)
  const error = random.uniform() < rate ? 'Bad' : null
  const seen = { score: 0, latencyMs: 800 * slower * Math.exp(0.5 * random.normal()), error }
  const length = () => Math.round(400 * slower * Math.exp(0.5 * random.normal()))
  return scenario.measures ? { ...seen, tokens: [length(), length()] } : seen
}

function score(level: number, sd: number, random: Random): number {
  const mean = Math.min(0.93, Math.max(0.1, level))
  const size = (mean * (1 - mean)) / Math.min(sd, 0.9 * Math.sqrt(mean * (1 - mean))) ** 2 - 1
  return random.beta(mean * size, (1 - mean) * size)
}

function entryOf(id: number, at: number, unit: string | null, seen: Shown, { of }: DriftScenario): LogEntry {
  const fields = {
    id: String(id),
    seq: id,
    feature: 'f',
    version,
    rolloutId: null,
    arm: null,
    stage: null,
    unit,
    position: null,
    observedAt: at,
    receivedAt: at,
    instance: `app-${id % 3}`,
    address: null,
  }
  if (of === 'scores')
    return {
      ...fields,
      kind: 'score',
      of: 'r',
      score: seen.score,
      judgeId: 'j',
      sampled: 0.1,
      sampledOther: 0.1,
      judgeUsd: null,
    }
  const [inputTokens, outputTokens] = seen.tokens ?? [null, null]
  const costUsd = inputTokens === null ? null : (inputTokens + 4 * outputTokens) / 1e6
  return {
    ...fields,
    kind: 'request',
    latencyMs: seen.latencyMs,
    costUsd,
    inputTokens,
    outputTokens,
    outputChars: null,
    error: seen.error,
    refusal: seen.tokens !== undefined && id % 97 === 0,
    invalid: seen.tokens !== undefined && id % 211 === 0,
    servedModel: null,
    fingerprint: null,
  }
}

function cumulated(weights: readonly number[]): number[] {
  let sum = 0
  return weights.map((weight) => {
    sum += weight
    return sum
  })
}

function drawn(sums: readonly number[], random: Random): number {
  const at = random.uniform() * (sums.at(-1) ?? 0)
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sums[middle] ?? 0) < at) low = middle + 1
    else high = middle
  }
  return low
}
