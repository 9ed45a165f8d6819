import type { Case } from '../../core/suite/cases/case.ts'
import type { Failure } from './failure.ts'
import { likenessOf, similarity } from './likeness.ts'

/** A case that is like a failure. */
export interface Neighbour {
  id: string
  /** In [0,1]. */
  similarity: number
  tags: readonly string[]
  weight: number
}

/** What of a suite concerns new cases. */
export interface Survey {
  ids: Set<string>
  /** For each failure the most similar cases, best first. */
  neighbours: Neighbour[][]
}

const kept = 3

/** Goes once through a suite, of which no more is held than the ids. */
export async function surveySuite(
  cases: AsyncIterable<Case>,
  failures: readonly Pick<Failure, 'vars'>[],
): Promise<Survey> {
  const ids = new Set<string>()
  const wanted = failures.map(({ vars }) => likenessOf(vars))
  const neighbours: Neighbour[][] = failures.map(() => [])
  for await (const { id, vars, tags, weight } of cases) {
    ids.add(id)
    const likeness = likenessOf(vars)
    for (const [index, failure] of wanted.entries()) {
      const near = neighbours[index] ?? []
      neighbours[index] = nearest([...near, { id, similarity: similarity(failure, likeness), tags, weight }])
    }
  }
  return { ids, neighbours }
}

function nearest(candidates: Neighbour[]): Neighbour[] {
  return candidates.sort((a, b) => b.similarity - a.similarity).slice(0, kept)
}
