import type { DriftScenario } from './drift.ts'

/** What a row of the table about the drift watch plays, and what is claimed of it. */
export interface DriftRow {
  name: string
  drift: DriftScenario
  /** Hours within which half of the runs find the change; without it the claim is at most one alarm in 60 days. */
  within?: number
}

const scores = (perDay: number, more: Partial<DriftScenario> = {}): DriftScenario => ({ of: 'scores', perDay, ...more })
const requests = (more: Partial<DriftScenario> = {}): DriftScenario => ({ of: 'requests', perDay: 10_000, ...more })
const cycles = { daily: 0.05, weekend: -0.05, weekendTraffic: 0.6 }
const slowdowns = { daily: 1.3, weekend: 0.85, weekendTraffic: 0.6 }

/** What a production looks like in which nothing changes. */
const worlds: [name: string, more: Partial<DriftScenario>][] = [
  ['nothing at all', {}],
  ['daily cycle of .05', { daily: 0.05 }],
  ['weekend -.05', { weekend: -0.05 }],
  ['both cycles at once', cycles],
  ['both cycles, a public holiday like a Sunday', { ...cycles, holidays: [32] }],
  ['another mix of questions on each weekday (up to .04)', { mix: [-0.04, 0.03, 0, 0.02, -0.02, 0.01, -0.03] }],
  ['whole days off by chance (sd .015)', { ...cycles, days: 0.015 }],
  ['users grow to double, the score falls by .02 meanwhile', { ...cycles, growth: 1, slowly: -0.02 }],
  ['three days missing', { ...cycles, missing: [20, 33, 34] }],
  ['the clocks go forward', { ...cycles, clocks: 31 }],
  ['one unit sends 2,000 bad requests', { ...cycles, burst: { requests: 2000, from: 'unit' } }],
  ['a burst of 100 bad requests without unit', { ...cycles, burst: { requests: 100, from: 'none' } }],
]

const quiet: DriftRow[] = [
  ...[500, 5000].flatMap((perDay) =>
    worlds.map(
      ([name, more]): DriftRow => ({
        name: `scores, ${perDay === 500 ? '500' : '5,000'} a day: ${name}`,
        drift: scores(perDay, more),
      }),
    ),
  ),
  { name: 'scores, 500 a day: 150 users, some of them heavy, ICC .3', drift: scores(500, { ...cycles, users: 150 }) },
  { name: 'scores, 500 a day: clusters of ten, ICC .3', drift: scores(500, { ...cycles, clustered: true }) },
  { name: 'scores, 500 a day: no units', drift: scores(500, { ...cycles, anonymous: true }) },
  { name: 'requests, 10,000 a day: latency daily x 1.3', drift: requests({ daily: 1.3 }) },
  {
    name: 'requests, 10,000 a day: latency daily x 1.3, weekend x .85, a holiday',
    drift: requests({ ...slowdowns, holidays: [32] }),
  },
  { name: 'requests, 10,000 a day: the same, no units', drift: requests({ ...slowdowns, anonymous: true }) },
  {
    name: 'requests, 10,000 a day: one unit sends 2,000 bad ones',
    drift: requests({ ...slowdowns, burst: { requests: 2000, from: 'unit' } }),
  },
  {
    name: 'requests, 10,000 a day: a burst of 100 bad ones without unit',
    drift: requests({ ...slowdowns, burst: { requests: 100, from: 'none' } }),
  },
]

const lower = { change: { score: -0.05 } }

const changed: DriftRow[] = [
  ...worlds.slice(0, 4).map(
    ([name, more]): DriftRow => ({
      name: `scores fall by .05, 500 a day: ${name}`,
      drift: scores(500, { ...more, ...lower }),
      within: 48,
    }),
  ),
  {
    name: 'scores fall by .05, 5,000 a day: both cycles at once',
    drift: scores(5000, { ...cycles, ...lower }),
    within: 48,
  },
  {
    name: 'scores fall by .10, 500 a day: both cycles at once',
    drift: scores(500, { ...cycles, change: { score: -0.1 } }),
    within: 48,
  },
  {
    name: 'latency x 1.5, 10,000 a day: daily x 1.3, weekend x .85',
    drift: requests({ ...slowdowns, change: { latency: 1.5 } }),
    within: 24,
  },
  {
    name: 'errors 1 to 4 %, 10,000 a day: daily x 1.3, weekend x .85',
    drift: requests({ ...slowdowns, change: { errors: 0.03 } }),
    within: 24,
  },
  {
    name: 'errors 1 to 4 %, 10,000 a day, no units',
    drift: requests({ ...slowdowns, anonymous: true, change: { errors: 0.03 } }),
    within: 24,
  },
]

const everything: DriftRow = {
  name: 'requests, 2,000 a day: failures, latency, cost and lengths with cycles of their own',
  drift: requests({ ...slowdowns, perDay: 2000, measures: true }),
}

/** As many runs as the time of one allows: a busy production takes seconds. */
export const driftRows: (DriftRow & { runs: number })[] = [
  ...quiet.map((row) => ({ ...row, runs: row.drift.perDay > 500 ? 40 : 100 })),
  ...changed.map((row) => ({ ...row, runs: row.drift.perDay > 500 ? 60 : 200 })),
  { ...everything, runs: 40 },
]
