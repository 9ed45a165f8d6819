import type { CanaryScenario } from '../../packages/sluice/test/rollout/simulated-canary.ts'
import { driftRows } from './drift-rows.ts'
import type { Play } from './tally.ts'

/** What a row of the table measures, and within which bounds it has to lie. */
type Claim =
  /** The upper confidence limit of the share of rollbacks is at most alpha. */
  | { of: 'falseRollback' }
  /** Mean delay at most so many canary requests, or within a tenth of them. */
  | { of: 'delay'; expected: number; atMost?: boolean }
  /** Share of promotions at most, or of cost alerts at least or at most. */
  | { of: 'promoted'; atMost: number }
  | { of: 'costAlert'; atLeast: number }
  | { of: 'costAlert'; atMost: number }
  /** Alarms of the drift watch at most, on average. */
  | { of: 'alarms'; atMost: number }
  /** Hours within which half of the changes are found. */
  | { of: 'found'; within: number }
  /** For information. */
  | { of: 'rolledBack' | 'shown' | 'shownPromoted' }

export interface Row {
  name: string
  play: Play
  runs: number
  claim: Claim
  /** From an independent implementation of the specification. */
  elsewhere: string
}

const percent5 = [{ percent: 5, soak: '0s' }]
const alone = (signal: string, more: Record<string, unknown> = {}) => ({
  stages: percent5,
  signals: { score: 0, errors: 0, slow: 0, safety: 0, [signal]: 1 },
  ...more,
})
const known = { score: { mean: 0.8 } }
const users = { users: 2000, heavyTailed: true, icc: 0.3 }

const nulls: [name: string, scenario: CanaryScenario, elsewhere: string][] = [
  ['score alone, 5,000 requests at 5 %', { requests: 5000, settings: alone('score'), scoresOnly: true }, '.034'],
  ['errors alone (1 %), 5,000 requests at 5 %', { requests: 5000, settings: alone('errors'), judged: 0 }, '.016'],
  ['all signals, 5 %', { requests: 4000, settings: { stages: percent5 } }, '.021'],
  [
    'all signals, 2,000 heavy-tailed users, ICC .3, 5 %',
    { requests: 4000, ...users, settings: { stages: percent5 } },
    '.013',
  ],
  [
    'all signals, 500 heavy-tailed users, ICC .6, 5 %',
    { requests: 4000, ...users, users: 500, icc: 0.6, settings: { stages: percent5 } },
    '.008',
  ],
  ['ramp 1-5-25-50 %', { requests: 4000, forced: true, judged: 0.5 }, '.045 (score alone)'],
  [
    'ramp, quality of both arms falls by .15',
    { requests: 4000, forced: true, judged: 0.5, decline: 0.15 },
    '.040 (score alone)',
  ],
  ['ramp, heavy users, falling quality', { requests: 4000, ...users, forced: true, decline: 0.1 }, '.026'],
  [
    'ramp, heavy users, scores up to 600 requests late, every tenth report doubled',
    { requests: 4000, ...users, forced: true, judged: 0.5, late: 600, doubled: 0.1 },
    '',
  ],
  [
    'ramp, heavy users, judge out for a third of the time',
    { requests: 4000, ...users, forced: true, outage: [0.35, 0.7] },
    '',
  ],
]

const drops: [drop: number, expected: number][] = [
  [0.2, 13],
  [0.1, 43],
  [0.05, 164],
  [0.03, 501],
]

const delay = (settings: Record<string, unknown>, more: Partial<CanaryScenario>): Play => ({
  canary: { requests: 200_000, settings, priors: known, ...more },
})

const toldApart: Row[] = [
  ...(
    [
      ['two tokens, 95 % and 5 % of the users', [0.95, 0.05]],
      ['two tokens, half of the users each', [0.5, 0.5]],
      ['four tokens, a quarter each', [0.25, 0.25, 0.25, 0.25]],
    ] as const
  ).flatMap(([name, tokens]): Row[] => [
    {
      name: `no worse: ${name}`,
      play: { canary: { requests: 4000, settings: { stages: percent5 }, tokens } },
      runs: 2050,
      claim: { of: 'falseRollback' },
      elsewhere: '',
    },
    {
      name: `errors jump from 1 % to 10 %: ${name}`,
      play: delay({ stages: percent5 }, { canaryErrorRate: 0.1, judged: 0, tokens }),
      runs: 300,
      claim: { of: 'shown' },
      elsewhere: '',
    },
  ]),
  {
    name: 'no worse: four true tokens, and one that forges a failing canary, 40 requests for 100 true ones',
    play: { canary: { requests: 4000, settings: { stages: percent5 }, tokens: [0.25, 0.25, 0.25, 0.25], liar: 0.4 } },
    runs: 2050,
    claim: { of: 'rolledBack' },
    elsewhere: '',
  },
]

const detections: Row[] = [
  ...drops.map(
    ([drop, expected]): Row => ({
      name: `score drops by ${drop}, score alone at alpha`,
      play: delay(alone('score'), { drop, scoresOnly: true }),
      runs: 1200,
      claim: { of: 'delay', expected },
      elsewhere: String(expected),
    }),
  ),
  ...drops.map(
    ([drop]): Row => ({
      name: `score drops by ${drop}, default weights and stages`,
      play: delay({}, { drop, scoresOnly: true }),
      runs: 300,
      claim: { of: 'shown' },
      elsewhere: '',
    }),
  ),
  {
    name: 'errors jump from 1 % to 10 %, errors alone at alpha',
    play: delay(alone('errors'), { canaryErrorRate: 0.1, judged: 0 }),
    runs: 1200,
    claim: { of: 'delay', expected: 40, atMost: true },
    elsewhere: '36',
  },
  {
    name: 'errors jump from 1 % to 10 %, default weights at 5 %',
    play: delay({ stages: percent5 }, { canaryErrorRate: 0.1, judged: 0 }),
    runs: 600,
    claim: { of: 'shown' },
    elsewhere: '',
  },
  {
    name: 'ramp, heavy users, falling quality, drop .10 from the start',
    play: { canary: { requests: 12_000, ...users, users: 4000, forced: true, decline: 0.1, drop: 0.1 } },
    runs: 400,
    claim: { of: 'rolledBack' },
    elsewhere: '1.000',
  },
  {
    name: 'the same, drop .10 from the third stage on',
    play: {
      canary: { requests: 12_000, ...users, users: 4000, forced: true, decline: 0.1, drop: 0.1, dropFromStage: 2 },
    },
    runs: 400,
    claim: { of: 'rolledBack' },
    elsewhere: '1.000',
  },
]

const half = [{ percent: 50, soak: '0s' }]
const promotion = (signal: string) => alone(signal, { stages: half })

const promotions: Row[] = [
  {
    name: 'score worse by the margin .05, score alone at 50 %',
    play: { canary: { requests: 20_000, drop: 0.05, settings: promotion('score'), priors: known } },
    runs: 2000,
    claim: { of: 'promoted', atMost: 0.05 },
    elsewhere: '.043',
  },
  {
    name: 'score as good',
    play: { canary: { requests: 20_000, settings: promotion('score'), priors: known } },
    runs: 400,
    claim: { of: 'shownPromoted' },
    elsewhere: '',
  },
  {
    name: 'errors 2 % against 1 % (margin .01), errors alone at 50 %',
    play: {
      canary: { requests: 20_000, canaryErrorRate: 0.02, judged: 0, settings: promotion('errors') },
    },
    runs: 1000,
    claim: { of: 'promoted', atMost: 0.05 },
    elsewhere: '',
  },
]

const cost = (costRatio: number): Play => ({
  canary: { requests: 8000, judged: 0, costRatio, settings: { stages: percent5 }, priors: { costCapUsd: 0.02 } },
})

const costs: Row[] = [
  { name: 'cost as before', play: cost(1), runs: 400, claim: { of: 'costAlert', atMost: 0.05 }, elsewhere: '0 %' },
  { name: 'cost x 1.5', play: cost(1.5), runs: 400, claim: { of: 'costAlert', atMost: 0.05 }, elsewhere: '1.5 %' },
  { name: 'cost x 2', play: cost(2), runs: 400, claim: { of: 'costAlert', atLeast: 0.8 }, elsewhere: '94 %' },
]

const drift = driftRows.map(
  ({ name, drift, within, runs }): Row => ({
    name,
    play: { drift },
    runs,
    claim: within === undefined ? { of: 'alarms', atMost: 1 } : { of: 'found', within },
    elsewhere: '',
  }),
)

/** The tables of the page, by heading. */
export const tables: Record<string, Row[]> = {
  'Canaries that are no worse': nulls.map(([name, canary, elsewhere]) => ({
    name,
    play: { canary },
    runs: 2050,
    claim: { of: 'falseRollback' },
    elsewhere,
  })),
  'Canaries that are worse': detections,
  'Several tokens': toldApart,
  Promotion: promotions,
  Cost: costs,
  'Drift watch': drift,
}
