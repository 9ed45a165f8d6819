import { type Claim, type Row, rarelyRolledBack, rarelyStrong, world } from './row.ts'

/*
 * What the traffic of a size can decide in its 96 hours of patience: users come every third day and send two requests then, 3 in
 * 100 are others each day; 500, 5,000 and 50,000 requests a day are 750, 7,500 and 75,000 users.
 */

const patience = { lasts: '97h' }

function sizeRows(
  name: string,
  scenario: string,
  { good, bad, flagMargin = 0.01 }: { good: number; bad: number; flagMargin?: number },
): Row[] {
  const of = (what: string, claims: readonly Claim[], canary: object = {}) =>
    world(`${name} requests daily: ${what}`, scenario, claims, { ...patience, canary })
  return [
    of('as good', [{ of: 'promoted', atLeast: good }, rarelyRolledBack]),
    of('score down .10', [{ of: 'found', atLeast: bad }, rarelyStrong], { score: -0.1 }),
    of('score down .05, the margin', [rarelyStrong], { score: -0.05 }),
    of(`errors + ${flagMargin}, the margin`, [rarelyStrong], { errors: flagMargin * 1.01 }),
    of('latency x 1.5', [rarelyStrong], { latency: 1.5 }),
  ]
}

export const sizes: Row[] = [
  ...sizeRows('500', 'traffic-500', { good: 0.8, bad: 0.5, flagMargin: 0.015 }),
  ...sizeRows('5,000', 'traffic-5000', { good: 0.9, bad: 0.9 }),
  ...sizeRows('50,000', 'traffic-50000', { good: 0.95, bad: 0.99 }),
]
