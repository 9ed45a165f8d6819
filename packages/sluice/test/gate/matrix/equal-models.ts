import { differenceOfCells } from '../../../src/gate/matrix/compare-cells.ts'
import { type Random, seededRandom } from '../../../src/stats/index.ts'

/** A world in which all models of a matrix answer alike. */
export interface EqualWorld {
  cases: number
  /** Cells beside the reference. */
  comparisons: number
  repeats?: number
  /** Cases of one cluster share what is hard about them. */
  perCluster?: number
  /** Draws how likely a case is to be answered well. */
  ease: (random: Random) => number
  /** A model gives the same answer to a case in every repeat, so that repeats show no noise. */
  steady?: boolean
  /** How much worse every cell beside the reference is; 0 for equal models. */
  drop?: number
}

/** The share of worlds in which at least one cell is called better or worse than the reference. */
export function shareWithClaims(world: EqualWorld, worlds: number, seed: number): number {
  const random = seededRandom(seed)
  let claims = 0
  for (let index = 0; index < worlds; index += 1) if (claimsSomething(world, random)) claims += 1
  return claims / worlds
}

function claimsSomething(world: EqualWorld, random: Random): boolean {
  const { cases, comparisons, repeats = 1, perCluster = 1, ease, steady = false, drop = 0 } = world
  const eases = Array.from({ length: Math.ceil(cases / perCluster) }, () => ease(random))
  // What is hard about a cluster is hard for each model in its own way: scores of one cluster go together.
  const cell = (less: number) => {
    const luck = eases.map(() => random.uniform())
    return Array.from({ length: cases }, (_, position) => {
      const cluster = Math.floor(position / perCluster)
      const draw = () => (perCluster > 1 && random.uniform() < 0.7 ? (luck[cluster] ?? 0) : random.uniform())
      const score = () => (draw() < (eases[cluster] ?? 0) - less ? 1 : 0)
      return steady ? new Array<number>(repeats).fill(score()) : Array.from({ length: repeats }, score)
    })
  }
  const reference = cell(0)
  const terms = { confidence: 0.95, comparisons, repeats }
  return Array.from({ length: comparisons }, () => cell(drop)).some((candidate) => {
    const rows = reference.map((baseline, position) => ({
      id: String(position),
      weight: 1,
      cluster: perCluster > 1 ? String(Math.floor(position / perCluster)) : undefined,
      tags: [],
      critical: false,
      candidate: candidate[position] ?? [],
      baseline,
      state: 'scored' as const,
      baselineState: 'scored' as const,
    }))
    return differenceOfCells(rows, terms).outcome !== 'undecided'
  })
}

/** Kinds of suites: few cases, many, rare failures, repeats, clusters. */
export const equalWorlds: Record<string, EqualWorld> = {
  'eight cases, even odds': { cases: 8, comparisons: 3, ease: () => 0.5 },
  'thirty cases, most answered well': { cases: 30, comparisons: 5, ease: (random) => random.beta(8, 1) },
  'a hundred cases, rare failures': { cases: 100, comparisons: 7, ease: () => 0.96 },
  'forty cases with three repeats': { cases: 40, comparisons: 5, repeats: 3, ease: (random) => random.beta(2, 1) },
  'thirty cases that each model answers alike every time': {
    cases: 30,
    comparisons: 5,
    repeats: 2,
    steady: true,
    ease: () => 0.5,
  },
  'clusters of five cases': { cases: 60, comparisons: 4, perCluster: 5, ease: (random) => random.beta(3, 2) },
}
