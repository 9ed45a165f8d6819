import { type Case, isWithoutAnswer } from '../../core/suite/cases/case.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { casesOf } from '../../core/suite/prompt/suites.ts'
import type { RubricItem } from '../../records/rubric.ts'
import type { ItemsOfCase } from './read-labels.ts'

/** The questions about an answer to a case: those of the prompt, unless none is expected, then its own. */
function rubricOf(prompt: Pick<Prompt, 'rubric' | 'expect'>, testCase: Pick<Case, 'rubric' | 'expect'>): RubricItem[] {
  const ofPrompt = isWithoutAnswer(testCase.expect ?? prompt.expect) ? [] : prompt.rubric
  return [...ofPrompt, ...testCase.rubric]
}

/**
 * The rubric items of every case of every suite of a feature. A case that two suites have has the items of both.
 * @throws InvalidFilesError where a suite is faulty
 */
export async function rubricItemsOf(files: ProjectFiles, prompt: Prompt, root: string): Promise<ItemsOfCase> {
  const items = new Map<string, Set<string>>()
  const names = Object.keys(prompt.suites)
  if (names.length === 0 && prompt.inlineCases.length === 0) return () => undefined
  for (const suite of names.length > 0 ? names : ['']) {
    for await (const testCase of casesOf(files, prompt, suite, { root })) {
      const known = items.get(testCase.id) ?? new Set()
      for (const { id } of rubricOf(prompt, testCase)) known.add(id)
      items.set(testCase.id, known)
    }
  }
  return (caseId) => items.get(caseId)
}
