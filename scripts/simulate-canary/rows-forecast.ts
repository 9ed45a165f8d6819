import type { Row } from './row.ts'

/*
 * What `rollout start` and `plan canary` foretell, against what the whole engine does with the same traffic and the same harm: the
 * sizes of *What traffic decides* and two between them, with the stages and the judging that suit each.
 */

interface Size {
  perDay: number
  scenario: string
  runs: number
}

const sizes: Size[] = [
  { perDay: 500, scenario: 'traffic-500', runs: 100 },
  { perDay: 1500, scenario: 'traffic-500', runs: 100 },
  { perDay: 5000, scenario: 'traffic-5000', runs: 100 },
  { perDay: 15_000, scenario: 'traffic-5000', runs: 60 },
  { perDay: 50_000, scenario: 'traffic-50000', runs: 30 },
]

const kinds: [name: string, canary: object][] = [
  ['as good', {}],
  ['score down .03', { score: -0.03 }],
  ['score down .05', { score: -0.05 }],
  ['score down .10', { score: -0.1 }],
  ['errors + .02', { errors: 0.02 }],
  ['latency x 1.5', { latency: 1.5 }],
]

export const forecasts: Row[] = sizes.flatMap(({ perDay, scenario, runs }) =>
  kinds.map(
    ([kind, canary]): Row => ({
      name: `${perDay.toLocaleString('en')} requests a day: ${kind}`,
      play: { canary: { scenario, changes: { lasts: '97h', traffic: { perDay, users: 1.5 * perDay }, canary } } },
      runs,
      claims: [{ of: 'forecast', within: 0.2 }],
    }),
  ),
)
