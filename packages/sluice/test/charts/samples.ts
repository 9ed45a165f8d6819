import type { Chart } from '../../src/charts/chart.ts'
import { evidenceScale } from '../../src/charts/evidence-scale.ts'
import { linearScale, logScale, timeScale } from '../../src/charts/scale.ts'
import type { ChartPoint, Series } from '../../src/charts/series.ts'

const day = 86_400_000
const start = Date.UTC(2026, 8, 20, 3)

/** Numbers that look random and are the same at every run, in [-1, 1]. */
const wobble = (index: number) => Math.sin(index * 12.9898) * Math.cos(index * 78.233)

/** A score with intervals over sixty nights: one of them unknown, two that failed, a new judge after thirty. */
function nights(): ChartPoint[] {
  return Array.from({ length: 60 }, (_, index) => {
    const y = index === 22 ? null : 0.9 + wobble(index) * 0.02 - (index > 44 ? 0.09 : 0)
    const tone = index === 45 || index === 46 ? ('fail' as const) : index === 12 ? ('inconclusive' as const) : undefined
    return {
      ...{ x: start + index * day, y, tone, breaks: index === 30 },
      low: y === null ? null : y - 0.03,
      high: y === null ? null : Math.min(1, y + 0.03),
      says: `night ${index}`,
    }
  })
}

function overTime(): Chart {
  const points = nights()
  const score: Series = { name: 'nights', tone: 'one', draw: 'both', points }
  const gates = [3, 14, 33, 45].map((index) => ({
    x: start + (index + 0.4) * day,
    y: 0.91 - index / 1000,
    says: 'gate',
  }))
  const cost = points.map(({ x, y }, index) => ({ x, y: y === null ? null : 0.4 + index / 100 }))
  return {
    title: 'Score of email-summary',
    description: 'The mean score of 59 nights, with its interval; it falls on the night of 2026-11-04.',
    x: timeScale({ values: points.map(({ x }) => x) }),
    panels: [
      {
        name: 'score',
        y: linearScale({ values: points.flatMap(({ y, low, high }) => [y, low, high]), least: 0, most: 1 }),
        height: 150,
        references: [{ value: 0.85, label: 'threshold' }],
        series: [score, { name: 'gate runs', tone: 'three', draw: 'points', points: gates }],
      },
      {
        name: 'cost, USD',
        y: linearScale({ values: [0, ...cost.map(({ y }) => y)], least: 0 }),
        height: 60,
        series: [{ name: 'cost', tone: 'two', draw: 'bars', points: cost }],
      },
    ],
    events: [
      { x: start + 30 * day, label: 'another judge' },
      { x: start + 31 * day, label: 'another suite' },
      { x: start + 45 * day, label: 'drift alarm', tone: 'fail' },
      { x: start + 59 * day, label: 'rolled back', tone: 'fail' },
    ],
  }
}

function evidence(): Chart {
  const points = Array.from({ length: 40 }, (_, index) => ({
    x: index / 2,
    y: 1.12 ** index * (1 + wobble(index) / 4),
  }))
  return {
    title: 'Evidence that the canary is worse',
    description: 'It rises and reaches the rollback line after 14 hours.',
    x: linearScale({ values: points.map(({ x }) => x), room: 0 }),
    xName: 'hours since the start',
    panels: [
      {
        name: 'e-value, up to the rollback',
        y: evidenceScale(20),
        height: 120,
        references: [{ value: 20, label: 'rolled back here' }],
        series: [
          { name: 'score', tone: 'one', draw: 'step', points },
          { name: 'errors', tone: 'two', draw: 'line', points: points.map(({ x, y }) => ({ x, y: 1 / y })) },
        ],
      },
    ],
  }
}

/** One line over values of one kind, in order. */
function plain(title: string, values: readonly (number | null)[], isLog = false): Chart {
  const scale = isLog ? logScale({ values }) : linearScale({ values })
  const points = values.map((y, x) => ({ x, y }))
  return {
    title,
    description: title,
    x: linearScale({ values: points.map(({ x }) => x) }),
    xName: 'number',
    panels: [{ name: title, y: scale, height: 80, series: [{ name: title, tone: 'one', draw: 'both', points }] }],
  }
}

function crowded(): Chart {
  const points = Array.from({ length: 10_000 }, (_, x) => ({ x, y: x === 7777 ? 9 : wobble(x) }))
  const band = Array.from({ length: 50 }, (_, index) => ({ x: index * 200, y: 0, low: -1.5, high: 1.5 }))
  return {
    title: 'Ten thousand values, one of them 9',
    description: 'All but one lie between -1 and 1.',
    x: linearScale({ values: [0, 9999], room: 0 }),
    panels: [
      {
        name: 'value',
        y: linearScale({ values: points.map(({ y }) => y) }),
        height: 90,
        series: [
          { name: 'expected', tone: 'three', draw: 'band', points: band },
          { name: 'value', tone: 'one', draw: 'line', points },
        ],
      },
    ],
    events: Array.from({ length: 12 }, (_, index) => ({ x: 4000 + index * 60, label: `event number ${index}` })),
  }
}

/** All tones at once, beside each other. */
function tones(): Chart {
  const all = ['one', 'two', 'three', 'four', 'five', 'six', 'pass', 'fail', 'inconclusive', 'muted'] as const
  const series = all.map((tone, index) => ({
    ...{ name: tone, tone, draw: 'both' as const },
    points: [0, 1, 2, 3].map((x) => ({ x, y: index + x / 3 })),
  }))
  return {
    title: 'Tones',
    description: 'Ten lines above each other.',
    x: linearScale({ values: [0, 3] }),
    panels: [{ name: 'tone', y: linearScale({ values: [0, 10] }), height: 220, series }],
  }
}

/** One chart for each thing that can go wrong in one, by name. */
export const samples = {
  'over-time': overTime,
  evidence,
  crowded,
  tones,
  'one-point': () => plain('one point', [0.5]),
  nothing: () => plain('nothing', []),
  equal: () => plain('all equal', [0.7, 0.7, 0.7]),
  'all-ones': () => plain('all zero', [0, 0, 0]),
  negative: () => plain('negative', [-3, -1, -2.5, null, -4]),
  unknown: () => plain('unknown between', [1, null, null, 2, 3]),
  'wide-range': () => plain('from 1e-9 to 1e9', [1e-9, 1e-3, 1, 1e5, 1e9], true),
  tiny: () => plain('billionths', [1e-9, 2e-9, 1.5e-9]),
  huge: () => plain('billions', [1e9, -2e9, 3.4e9]),
  'near-equal': () => plain('nearly equal', [1000000.1, 1000000.2, 1000000.15]),
} satisfies Record<string, () => Chart>
