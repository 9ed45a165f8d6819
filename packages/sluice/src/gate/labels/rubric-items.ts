import { seesMore } from '../../core/scorers/judge/judge.ts'
import { type Case, isWithoutAnswer } from '../../core/suite/cases/case.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf } from '../../core/suite/prompt/suites.ts'
import type { RubricItem } from '../../records/rubric.ts'
import { materialHash } from './material.ts'

/** The questions about an answer to a case: those of the prompt, unless none is expected, then its own. */
function rubricOf(prompt: Pick<Prompt, 'rubric' | 'expect'>, testCase: Pick<Case, 'rubric' | 'expect'>): RubricItem[] {
  const ofPrompt = isWithoutAnswer(testCase.expect ?? prompt.expect) ? [] : prompt.rubric
  return [...ofPrompt, ...testCase.rubric]
}

/** The rubric items of a case by id, each with the hash of its material. */
type CaseItems = ReadonlyMap<string, string>

/** The items of a case; undefined where there is no such case. */
export type ItemsOfCase = (caseId: string) => CaseItems | undefined

/** A case, and the questions about answers to it. */
export interface CaseWithRubric {
  testCase: Case
  rubric: RubricItem[]
}

/**
 * Every case of every suite of a feature, by id. A case that two suites have has the items of both.
 * @throws InvalidFilesError where a suite is faulty
 */
export async function casesWithRubric(
  files: ProjectFiles,
  prompt: Prompt,
  root: string,
): Promise<Map<string, CaseWithRubric>> {
  const cases = new Map<string, CaseWithRubric>()
  const names = Object.keys(prompt.suites)
  if (names.length === 0 && prompt.inlineCases.length === 0) return cases
  for (const suite of names.length > 0 ? names : ['']) {
    for await (const testCase of casesOf(files, prompt, suite, { root })) {
      const known = cases.get(testCase.id) ?? { testCase, rubric: [] }
      const more = rubricOf(prompt, testCase).filter(({ id }) => !known.rubric.some((item) => item.id === id))
      cases.set(testCase.id, { ...known, rubric: [...known.rubric, ...more] })
    }
  }
  return cases
}

/** Whether a question about a case is about more than the output, for `judgedResults`. */
export function tracesOfCases(cases: ReadonlyMap<string, CaseWithRubric>): (caseId: string) => boolean {
  const ids = new Set([...cases].flatMap(([id, { rubric }]) => (rubric.some(seesMore) ? [id] : [])))
  return (caseId) => ids.has(caseId)
}

/** The items of each case, hashed once it is asked for. */
export function itemsOfCases(cases: ReadonlyMap<string, CaseWithRubric>, root: string): ItemsOfCase {
  const hashed = new Map<string, CaseItems>()
  return (caseId) => {
    const earlier = hashed.get(caseId)
    const known = cases.get(caseId)
    if (earlier || !known) return earlier
    const items = new Map(known.rubric.map((item) => [item.id, materialHash(known.testCase, item, root)]))
    hashed.set(caseId, items)
    return items
  }
}
