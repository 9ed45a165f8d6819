import type { GatePolicy } from '../../packages/sluice/src/gate/verdict/policy.ts'
import { type Scenario, smoothCases } from '../../packages/sluice/test/support/simulated-gate/simulated-gate.ts'
import { type Played, play } from './play.ts'

/** Golden sets with smooth scores, beside what the t test alone gave in an independent implementation of it. */
export interface SmoothRow {
  kind: 'smooth'
  cases: number
  name: string
  scenario: Scenario
  /** pass, fail, inconclusive, calls, from 3000 repetitions elsewhere. */
  expected: [number, number, number, number]
  repetitions: number
  seed: number
  onInconclusive: GatePolicy['onInconclusive']
}

const scenarios: [name: string, scenario: Scenario][] = [
  ['0', {}],
  ['0, cases vary by .05', { heterogeneity: 0.05 }],
  ['drop .02', { drop: 0.02 }],
  ['drop .03 (margin)', { drop: 0.03 }],
  ['drop .05', { drop: 0.05 }],
  ['drop .10', { drop: 0.1 }],
  ['one tag of five drops .30', { tagDrop: 0.3 }],
]

/** By number of cases, in the order of the scenarios. */
const expected: Record<number, SmoothRow['expected'][]> = {
  30: [
    [0.701, 0, 0.299, 348],
    [0.59, 0, 0.41, 372],
    [0.165, 0.002, 0.833, 451],
    [0.034, 0.016, 0.95, 469],
    [0.004, 0.248, 0.748, 448],
    [0, 0.997, 0.003, 208],
    [0, 0.982, 0.018, 304],
  ],
  50: [
    [0.9, 0, 0.1, 461],
    [0.82, 0, 0.18, 516],
    [0.223, 0.002, 0.775, 736],
    [0.045, 0.021, 0.934, 774],
    [0.002, 0.401, 0.597, 708],
    [0, 1, 0, 220],
    [0, 1, 0, 347],
  ],
  100: [
    [0.998, 0, 0.002, 583],
    [0.986, 0, 0.014, 693],
    [0.371, 0.002, 0.628, 1386],
    [0.052, 0.02, 0.928, 1547],
    [0, 0.708, 0.291, 1226],
    [0, 1, 0, 266],
    [0, 1, 0, 363],
  ],
  200: [
    [1, 0, 0, 703],
    [1, 0, 0, 835],
    [0.583, 0, 0.417, 2527],
    [0.048, 0.018, 0.934, 3094],
    [0, 0.954, 0.046, 1719],
    [0, 1, 0, 412],
    [0, 1, 0, 433],
  ],
}

export function smoothRows(
  sizes: readonly number[],
  options: Pick<SmoothRow, 'repetitions' | 'onInconclusive'>,
): SmoothRow[] {
  return sizes.flatMap((cases) => {
    const row = expected[cases]
    if (!row) throw new Error(`--cases takes ${Object.keys(expected).join(', ')}; got ${cases}`)
    return scenarios.map(
      ([name, scenario], i): SmoothRow => ({
        kind: 'smooth',
        cases,
        name,
        scenario,
        expected: row[i] ?? [0, 0, 0, 0],
        seed: 1000 * cases + i,
        ...options,
      }),
    )
  })
}

export function playSmooth({ cases, scenario, repetitions, seed, onInconclusive }: SmoothRow): Played {
  return play((random) => smoothCases(cases, scenario, random), { settings: { onInconclusive }, repetitions, seed })
}

export function printSmooth(rows: readonly SmoothRow[], results: readonly Played[]): void {
  console.log('| cases | true change | pass/fail/inconclusive | calls | t test alone, elsewhere | calls |')
  console.log('|---|---|---|---|---|---|')
  for (const [i, { cases, name, expected: other, onInconclusive }] of rows.entries()) {
    const { pass = 0, fail = 0, inconclusive = 0, calls = 0 } = results[i] ?? {}
    const elsewhere = onInconclusive === 'block' ? cell(other) : ' | '
    console.log(`| ${cases} | ${name} | ${cell([pass, fail, inconclusive, calls])} | ${elsewhere} |`)
  }
}

function cell([pass, fail, open, calls]: readonly number[]): string {
  return `${[pass, fail, open].map((share) => share?.toFixed(3)).join('/')} | ${calls?.toFixed(0)}`
}
