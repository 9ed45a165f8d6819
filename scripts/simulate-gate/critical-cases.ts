import type { Random } from '../../packages/sluice/src/stats/index.ts'
import type { SimulatedCase } from '../../packages/sluice/test/support/simulated-gate/simulated-gate.ts'
import { type Played, play } from './play.ts'

/** Fifty calm cases, some of them critical and failing now and then. */
export interface CriticalRow {
  kind: 'critical'
  name: string
  critical: number
  /** The rate at which each critical case fails in the baseline, and the first one in the candidate. */
  before: number
  after: number
  criticalRepeats: number
  repetitions: number
  seed: number
}

const situations: Pick<CriticalRow, 'name' | 'critical' | 'before' | 'after'>[] = [
  ...[1, 3, 10].flatMap((critical) => [
    { name: 'unchanged, each fails 1 in 50', critical, before: 0.02, after: 0.02 },
    { name: 'unchanged, each fails 1 in 100', critical, before: 0.01, after: 0.01 },
    { name: 'unchanged, each fails 1 in 5', critical, before: 0.2, after: 0.2 },
    { name: 'one breaks: fails 4 in 10', critical, before: 0, after: 0.4 },
    { name: 'one breaks: 1 in 50 before, 4 in 10 now', critical, before: 0.02, after: 0.4 },
    { name: 'one breaks: 1 in 10 before, 7 in 10 now', critical, before: 0.1, after: 0.7 },
  ]),
  { name: 'one that always failed, unchanged', critical: 1, before: 1, after: 1 },
]

export function criticalRows(repetitions: number): CriticalRow[] {
  return situations.flatMap((situation, s) =>
    [8, 24].map((criticalRepeats): CriticalRow => {
      return { kind: 'critical', ...situation, criticalRepeats, repetitions, seed: 7000 + s }
    }),
  )
}

export function playCritical({ critical, before, after, criticalRepeats, repetitions, seed }: CriticalRow): Played {
  const draw = (random: Random) =>
    Array.from({ length: 50 }, (_, i): SimulatedCase => {
      const calm = () => Math.min(1, 0.95 + 0.03 * random.normal())
      if (i >= critical) return { candidate: calm, baseline: calm }
      const failing = (rate: number) => () => (random.uniform() < rate ? 0.5 : calm())
      return { critical: true, baseline: failing(before), candidate: failing(i === 0 ? after : before) }
    })
  return play(draw, { settings: { criticalRepeats, tagMargin: 1 }, repetitions, seed })
}

export function printCritical(rows: readonly CriticalRow[], results: readonly Played[]): void {
  console.log('| critical cases | situation | repeats up to | pass/fail/inconclusive | calls |\n|---|---|---|---|---|')
  for (const [i, { critical, name, criticalRepeats }] of rows.entries()) {
    const { pass = 0, fail = 0, inconclusive = 0, calls = 0 } = results[i] ?? {}
    const shares = [pass, fail, inconclusive].map((share) => share.toFixed(3)).join('/')
    console.log(`| ${critical} | ${name} | ${criticalRepeats} | ${shares} | ${calls.toFixed(0)} |`)
  }
}
