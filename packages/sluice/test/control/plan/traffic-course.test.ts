import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endForecast } from '../../../src/control/plan/end-forecast.ts'
import { playRollout } from '../../../src/control/plan/forecast.ts'
import type { Traffic } from '../../../src/control/plan/traffic.ts'
import {
  courseFactor,
  courseOf,
  expectedPerDay,
  oneFuture,
  type TrafficCourse,
} from '../../../src/control/plan/traffic-course.ts'
import type { MeasuredTraffic } from '../../../src/records/rollout/measured-traffic.ts'
import { rolloutSettingsSchema } from '../../../src/records/rollout/rollout-settings.ts'
import { seededRandom } from '../../../src/stats/random.ts'

const hourMs = 3_600_000
/** A Thursday, 00:00 UTC. */
const start = Date.UTC(2026, 0, 1)
const perDay = 1500

/** The requests of an hour, as a multiple of the usual ones; hours count from the start, those before it are negative. */
type World = (hour: number) => number

const byDayAndNight: World = (hour) => 1 + 0.7 * Math.sin((2 * Math.PI * hour) / 24)
const worlds: Record<string, World> = {
  steady: () => 1,
  'day and night': byDayAndNight,
  weekends: (hour) => byDayAndNight(hour) * ([2, 3].includes((Math.floor(hour / 24) + 70) % 7) ? 0.4 : 1),
  growing: (hour) => byDayAndNight(hour) * 1.4 ** (hour / 168),
  shrinking: (hour) => byDayAndNight(hour) * 0.7 ** (hour / 168),
  'a jump half a day ago': (hour) => byDayAndNight(hour) * (hour >= -12 ? 1.4 : 1),
  'a day without requests': (hour) => (hour >= -120 && hour < -96 ? 0 : byDayAndNight(hour)),
}

/** What the log tells of the weeks before the start. */
function measured(world: World, seed: number, days = 21): MeasuredTraffic {
  const random = seededRandom(seed)
  const hourly = Array.from({ length: 24 * days }, (_, i) => {
    const mean = (perDay / 24) * world(i - 24 * days + 0.5)
    return Math.max(0, Math.round(mean + Math.sqrt(2 * mean) * random.normal()))
  })
  const week = hourly.slice(-168)
  const average = week.reduce((sum, one) => sum + one, 0) / week.length
  const byHour = Array.from({ length: 24 }, (_, hour) => {
    const same = week.filter((_, i) => (i + 24 - (week.length % 24)) % 24 === hour)
    return same.reduce((sum, one) => sum + one, 0) / same.length / average
  })
  return {
    ...{ requestsPerDay: 24 * average, usersPerDay: null, users: 1.5 * 24 * average, hours: week.length },
    ...{ hourly, until: start, byHour, lastDay: null, errorRate: 0.01, deviation: 0.25, judgeUsd: null },
  }
}

const noPause = () => Promise.resolve()
const course = async (traffic: MeasuredTraffic): Promise<TrafficCourse> => {
  const found = await courseOf(traffic, noPause)
  if (!found) throw new Error('the past is known')
  return found
}

const settings = rolloutSettingsSchema.parse({
  ...{ flagMargin: 0.015, patience: '96h' },
  stages: [
    { percent: 25, soak: '2h' },
    { percent: 50, soak: '4h' },
  ],
})

/** The traffic as it comes: a course with a single future, which is the truth. */
function truth(world: World, { byHour, requestsPerDay }: MeasuredTraffic): TrafficCourse {
  const usual = (hour: number) => (requestsPerDay / 24) * (byHour?.[hour % 24] ?? 1)
  const sum = (of: (hour: number) => number, block: number) =>
    Array.from({ length: 6 }, (_, i) => of(6 * block + i)).reduce((all, one) => all + one, 0)
  const future = Array.from(
    { length: 56 },
    (_, block) => sum((hour) => (perDay / 24) * world(hour + 0.5), block) / sum(usual, block),
  )
  return { until: start, past: [], futures: [future] }
}

test('rollouts end in the range that was told about as often as was told, also where the traffic changes', async () => {
  const noHarm = { drop: 0, errors: 0, latency: 1 }
  const each = { pasts: 2, rollouts: 25 }
  const shares = new Map<string, number>()
  for (const [name, world] of Object.entries(worlds)) {
    let inside = 0
    for (let past = 1; past <= each.pasts; past += 1) {
      const told = measured(world, past)
      const traffic: Traffic = {
        ...{ ...told, users: told.users, perVisit: 2, judged: 1, judgedIncumbents: 1, deviation: 0.25 },
        course: await course(told),
      }
      const effort = { runs: 40, pause: noPause, isOver: () => false }
      const { endHours } = (await endForecast(traffic, settings, { start }, effort))?.asGood ?? assert.fail()
      const real = { ...traffic, course: truth(world, told) }
      for (let run = 0; run < each.rollouts; run += 1) {
        const lasts = { difference: noHarm, start, lasts: 96 }
        const hours = playRollout(real, settings, { ...lasts, seed: 1_000_000 * past + run })?.hours ?? 96
        inside += hours >= endHours.earliest && hours <= endHours.latest ? 1 : 0
      }
    }
    shares.set(name, inside / (each.pasts * each.rollouts))
  }
  const all = [...shares.values()]
  const mean = all.reduce((sum, one) => sum + one, 0) / all.length
  const text = JSON.stringify([...shares, mean])
  assert.ok(mean > 0.72 && mean < 0.88, text)
  assert.ok(Math.min(...all) >= 0.6, text)
})

test('of a rollout that stands in a later stage, what the earlier ones have shown counts', () => {
  const habits = { requestsPerDay: 1000, users: null, perVisit: 1, judged: 1, judgedIncumbents: 1 }
  const traffic: Traffic = { ...habits, judgeUsd: null, errorRate: 0.01, deviation: 0.25 }
  const course = { difference: { drop: 0.2, errors: 0, latency: 1 }, start, lasts: 90, seed: 1 }
  const usersAfter = (earlier: number[]) => {
    const end = playRollout(traffic, settings, { ...course, from: { stage: 1, hours: 0, before: 12, earlier } })
    assert.ok(end !== null && end !== 'left' && end.how === 'rolledBack')
    return end.users - (1000 / 48) * end.hours
  }
  assert.ok(Math.abs(usersAfter([])) < 60)
  assert.ok(Math.abs(usersAfter([12]) - 125) < 60, '25 % of half a day')
})

test('the shorter the past, the wider is what is expected, and what the newest hours say comes first', async () => {
  const width = async (days: number) => {
    const told = measured(byDayAndNight, 7, days)
    const { low, high } = expectedPerDay(await course(told), told.requestsPerDay)
    return high / low
  }
  const [two, seven, all] = [await width(2), await width(7), await width(21)]
  assert.ok(two > seven && seven > all && all < 1.25, JSON.stringify([two, seven, all]))
  const jumped = measured(worlds['a jump half a day ago'] ?? byDayAndNight, 4)
  const { low } = expectedPerDay(await course(jumped), jumped.requestsPerDay)
  assert.ok(low > 1.1 * perDay, String(low))
})

test('the past is as it was, and beyond the fortnight that is foreseen its last week comes again', async () => {
  const told = measured(byDayAndNight, 5)
  const found = await course(told)
  const requests = (at: number) =>
    courseFactor(found, at) * (told.requestsPerDay / 24) * (told.byHour?.[Math.floor(at / hourMs) % 24] ?? 1)
  assert.ok(Math.abs(requests(start - hourMs / 2) - (told.hourly.at(-1) ?? 0)) < 1e-6)
  assert.ok(
    Math.abs(requests(start - hourMs) - (told.hourly.at(-1) ?? 0)) < 1e-6,
    'an hour begins with its first moment',
  )
  assert.equal(courseFactor(found, start - 22 * 24 * hourMs), 1, 'not known')
  const one = oneFuture(found, 103).course
  assert.deepEqual(one.futures, [found.futures[3]])
  const day = 24 * hourMs
  assert.equal(courseFactor(one, start + 15 * day), courseFactor(one, start + 8 * day))
  assert.equal(courseFactor(one, start + 22 * day), courseFactor(one, start + 8 * day))
})

test('odd pasts are foreseen with numbers, or not at all', async () => {
  const usual = measured(byDayAndNight, 6)
  const all = async (changes: Partial<MeasuredTraffic>) => {
    const found = await courseOf({ ...usual, ...changes }, noPause)
    return found && [...found.past, ...found.futures.flat()].every((one) => Number.isFinite(one) && one >= 0)
  }
  assert.equal(await all({ hourly: [] }), null)
  assert.equal(await all({ until: null }), null, 'an older control plane does not tell')
  assert.equal(await all({ requestsPerDay: 0 }), null)
  assert.equal(await all({ hourly: [7] }), true)
  assert.equal(await all({ hourly: new Array(504).fill(0) }), true)
  assert.equal(await all({ byHour: new Array(24).fill(0) }), true)
  assert.equal(await all({ hourly: [...usual.hourly.slice(1), 1e9] }), true)
})
