import { type Claim, type Row, rarelyRolledBack, rarelyStrong } from './row.ts'

/*
 * The engine on polite traffic, whose figures are known from an independent implementation. 300 requests an hour, nearly each
 * of its own user, all of them judged as far as that is worth it.
 */

const alone = (signal: string, percent = 5) => ({
  stages: [{ percent, soak: '2000h' }],
  signals: { score: 0, errors: 0, slow: 0, safety: 0, [signal]: 1 },
  patience: '2000h',
})
const polite = {
  traffic: { perHour: 300, users: 100_000 },
  judge: { percent: 100 },
  rollout: { stages: [{ percent: 5, soak: '2000h' }], patience: '2000h' },
}
const heavy = (users: number, correlation: number) => ({
  traffic: { perHour: 300, users, heavyTail: 1.1 },
  incumbent: { score: { correlation }, errorSpread: 1 },
})
/** Stages that follow each other by time. */
const ramp = {
  traffic: { perHour: 600, users: 20_000 },
  judge: { percent: 50 },
  lasts: '16h',
  rollout: {
    advance: 'soak',
    patience: '2000h',
    stages: [
      { percent: 1, soak: '4h' },
      { percent: 5, soak: '4h' },
      { percent: 25, soak: '4h' },
      { percent: 50, soak: '200h' },
    ],
  },
}

const row = (name: string, changes: object, claims: readonly Claim[], elsewhere?: string): Row => ({
  name,
  play: { canary: { changes: { ...polite, ...changes } } },
  claims,
  ...(elsewhere !== undefined && { elsewhere }),
})
const noWorse = (name: string, changes: object, elsewhere?: string) =>
  row(name, { lasts: '16h', ...changes }, [rarelyRolledBack], elsewhere)

export const nulls: Row[] = [
  noWorse('score alone, 4,800 requests at 5 %', { rollout: alone('score') }, '.034'),
  noWorse('errors alone (1 %), 4,800 requests at 5 %', { rollout: alone('errors') }, '.016'),
  noWorse('all signals, 5 %', {}, '.021'),
  noWorse('2,000 heavy-tailed users, ICC .3, 5 %', heavy(2000, 0.3), '.013'),
  noWorse('500 heavy-tailed users, ICC .6, 5 %', heavy(500, 0.6), '.008'),
  noWorse('stages 1-5-25-50 % by time', ramp, '.045 (score alone)'),
  noWorse('the same, quality of both arms falls by .15', { ...ramp, scorePerDay: -0.225 }, '.040 (score alone)'),
  noWorse(
    'the same, heavy users, scores two hours late, a tenth reported twice',
    {
      ...ramp,
      traffic: { perHour: 600, users: 4000, heavyTail: 1.1 },
      judge: { percent: 50, delay: '2h' },
      faults: { twice: 0.1 },
    },
    '.026',
  ),
  noWorse('the same, judge out for a third of the time', {
    ...ramp,
    faults: { judgeOutages: [{ from: '5h', to: '11h' }] },
  }),
]

/** Canary scores until a bet that looks for nothing but a drop from the start has found it. */
const drops: [drop: number, bare: number][] = [
  [0.2, 13],
  [0.1, 43],
  [0.05, 164],
  [0.03, 501],
]

/**
 * What it takes longer to look for harm that begins late besides, since the bet from the start has two fifths of the
 * weight, and to learn the mean of the incumbent, which a bet on nothing else is told.
 */
const lookingLate = 1.5

const delay = (name: string, changes: object, claims: readonly Claim[], elsewhere?: string) =>
  row(name, { lasts: '1000h', ...changes }, claims, elsewhere)

export const delays: Row[] = [
  ...drops.map(([drop, bare]) =>
    delay(
      `score drops by ${drop}, score alone at alpha`,
      { canary: { score: -drop }, rollout: alone('score') },
      [{ of: 'delay', atMost: Math.round(bare * lookingLate) }],
      String(bare),
    ),
  ),
  ...drops.map(([drop]) => delay(`score drops by ${drop}, all signals`, { canary: { score: -drop } }, [])),
  delay(
    'errors jump from 1 % to 10 %, errors alone at alpha',
    { canary: { errors: 0.0909 }, rollout: alone('errors') },
    [{ of: 'delay', atMost: Math.round(36 * lookingLate) }],
    '36',
  ),
  delay('errors jump from 1 % to 10 %, all signals', { canary: { errors: 0.0909 } }, []),
]

const half = (signal: string) => ({ ...alone(signal, 50), stages: [{ percent: 50, soak: '1h' }] })
const promotion = (name: string, changes: object, claims: readonly Claim[], elsewhere?: string) =>
  row(name, { traffic: { perHour: 1000, users: 100_000 }, lasts: '20h', ...changes }, claims, elsewhere)

export const promotions: Row[] = [
  promotion(
    'score worse by the margin .05, score alone at 50 %',
    { canary: { score: -0.05 }, rollout: half('score') },
    [rarelyStrong],
    '.043',
  ),
  promotion('score as good, score alone at 50 %', { rollout: half('score') }, [{ of: 'promoted', atLeast: 0.9 }]),
  promotion(
    'errors 2 % against 1 % (margin .01), errors alone at 50 %',
    { canary: { errors: 0.0101 }, rollout: half('errors') },
    [rarelyStrong],
  ),
]

/** About 400 requests of the canary, whose costs scatter widely. */
const dear = (cost: number, claim: Claim, elsewhere: string) =>
  row(`cost x ${cost}`, { lasts: '27h', incumbent: { cost: { spread: 1 } }, canary: { cost } }, [claim], elsewhere)

export const costs: Row[] = [
  dear(1, { of: 'costAlert', atMost: 0.05 }, '0 %'),
  dear(1.5, { of: 'costAlert', atMost: 0.05 }, '1.5 %'),
  dear(2, { of: 'costAlert', atLeast: 0.8 }, '94 %'),
]

export const tokens: Row[] = (
  [
    ['two tokens, 95 % and 5 % of the users', [0.95, 0.05]],
    ['two tokens, half of the users each', [0.5, 0.5]],
    ['four tokens, a quarter each', [0.25, 0.25, 0.25, 0.25]],
  ] as const
)
  .flatMap(([name, tokens]): Row[] => [
    noWorse(`no worse: ${name}`, { reporters: { tokens } }),
    delay(`errors jump from 1 % to 10 %: ${name}`, { canary: { errors: 0.0909 }, reporters: { tokens } }, []),
  ])
  .concat([
    row(
      'no worse: four true tokens, and one that forges a failing canary, 40 requests for 100 true ones',
      { lasts: '16h', reporters: { tokens: [0.25, 0.25, 0.25, 0.25], liar: 0.4 } },
      [],
    ),
    row(
      'the canary fails in one of ten processes, always',
      { lasts: '16h', reporters: { processes: 10, broken: true } },
      [],
    ),
  ])
