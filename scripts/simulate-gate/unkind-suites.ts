import {
  recordedNoise,
  type UnkindWorld,
  unkindWorlds,
} from '../../packages/sluice/test/support/simulated-gate/unkind-worlds.ts'
import { readJudgedAnswers } from '../real-data/judge-noise-section.ts'
import { absent } from '../real-data/recorded.ts'
import { type Played, play } from './play.ts'

/** Suites on which rare faults hide: strong passes of a version that is worse by `drop`. */
export interface UnkindRow {
  kind: 'unkind'
  world: string
  cases: number
  drop: number
  repetitions: number
  seed: number
}

/** Worse by exactly the margin, by more, and not at all. */
const drops = [0.03, 0.05, 0.1, 0]

export function unkindRows(sizes: readonly number[], repetitions: number): UnkindRow[] {
  return worlds().flatMap(({ name: world }, w) =>
    drops.flatMap((drop, d) =>
      sizes.map((cases): UnkindRow => {
        return { kind: 'unkind', world, cases, drop, repetitions, seed: 100_000 * (w + 1) + 10_000 * d + cases }
      }),
    ),
  )
}

export function playUnkind({ world: name, cases, drop, repetitions, seed }: UnkindRow): Played {
  const world = worlds().find((known) => known.name === name)
  if (!world) throw new Error(`no world is named ${name}`)
  return play((random) => world.cases(cases, drop, random), { settings: {}, repetitions, seed })
}

/** One line a world: shares of strong passes by drop and number of cases, and the calls of an unchanged version. */
export function printUnkind(rows: readonly UnkindRow[], results: readonly Played[]): void {
  const sizes = [...new Set(rows.map(({ cases }) => cases))]
  const resultOf = (world: string, drop: number, cases: number) =>
    results[rows.findIndex((row) => row.world === world && row.drop === drop && row.cases === cases)]
  console.log(
    `Strong passes with ${sizes.join(' / ')} cases; passes of either kind at a drop of the margin; calls of an unchanged version.\n`,
  )
  console.log(
    `| suite | ${drops.map((drop) => (drop === 0 ? 'unchanged' : `drop ${drop}`)).join(' | ')} | either | calls |`,
  )
  console.log(`|---|${drops.map(() => '---|').join('')}---|---|`)
  for (const world of new Set(rows.map((row) => row.world))) {
    const shares = drops.map((drop) =>
      sizes.map((cases) => resultOf(world, drop, cases)?.strong.toFixed(3)).join(' / '),
    )
    const either = sizes.map((cases) => resultOf(world, 0.03, cases)?.pass.toFixed(2)).join(' / ')
    const calls = sizes.map((cases) => resultOf(world, 0, cases)?.calls.toFixed(0)).join(' / ')
    console.log(`| ${world} | ${shares.join(' | ')} | ${either} | ${calls} |`)
  }
  const atMargin = results.filter((_, i) => rows[i]?.drop === 0.03).map(({ strong }) => strong)
  console.log(`\nThe largest share of strong passes at a drop of the margin is ${Math.max(...atMargin).toFixed(3)}.`)
  if (absent) console.log(absent)
}

function worlds(): UnkindWorld[] {
  if (absent) return unkindWorlds
  return [...unkindWorlds, recordedNoise(readJudgedAnswers().map(({ samples }) => samples))]
}
