import type { NewCase } from '../../core/suite/cases/append-cases.ts'
import type { Failure } from './failure.ts'
import { type Likeness, likenessOf, nearlySame, similarity } from './likeness.ts'
import { type CaseDecisions, proposeCase } from './propose-case.ts'
import type { Neighbour, Survey } from './survey.ts'

/** What becomes of a failure: a new case, or nothing new. */
export type Choice =
  | { failure: Failure; added: NewCase; like: Neighbour | undefined }
  | { failure: Failure; duplicateOf: string; similarity: number }

export interface ChooseContext {
  feature: string
  survey: Survey
  rubricIds: ReadonlySet<string>
  decisions: CaseDecisions
  /** Also what is nearly the same as a case that there is; what is wholly the same never. */
  keepSimilar: boolean
}

/**
 * Proposes a case for each failure, in their order, unless the suite or the batch already has one that is as good as
 * it.
 */
export function chooseCases(failures: readonly Failure[], context: ChooseContext): Choice[] {
  const { feature, survey, rubricIds, decisions, keepSimilar } = context
  const ids = new Set(survey.ids)
  const chosen: { id: string; likeness: Likeness }[] = []
  const limit = keepSimilar ? 1 : nearlySame
  return failures.map((failure, index) => {
    const neighbours = survey.neighbours[index] ?? []
    const likeness = likenessOf(failure.vars)
    const inBatch = chosen.map(({ id, likeness: other }) => ({ id, similarity: similarity(likeness, other) }))
    const double = [...neighbours, ...inBatch].find((one) => one.similarity >= limit)
    if (double !== undefined) return { failure, duplicateOf: double.id, similarity: double.similarity }
    const added = proposeCase(failure, { feature, ids, rubricIds, neighbours, decisions })
    ids.add(added.id)
    chosen.push({ id: added.id, likeness })
    return { failure, added, like: neighbours[0] }
  })
}
