import { openProjectDatabase } from '../../core/answers/project-database.ts'
import { readCases } from '../../core/suite/cases/read-suite.ts'
import {
  type EditedSuite,
  type SuitePlace,
  suiteWithCases,
  writeSuite,
} from '../../core/suite/project/rewrite-suite.ts'
import { type Choice, chooseCases } from './choose-cases.ts'
import type { Failure } from './failure.ts'
import type { CaseDecisions } from './propose-case.ts'
import { surveySuite } from './survey.ts'

export interface AddCasesRequest extends SuitePlace {
  feature: string
  decisions: CaseDecisions
  /** Add also what is nearly the same as a case that there is. */
  keepSimilar: boolean
  /** Do everything but write. */
  dryRun: boolean
}

/**
 * Adds a case for each failure that the suite does not have yet. The file is valid afterwards, or untouched; of two
 * processes that add at once the second sees the cases of the first.
 * @throws InvalidFilesError with what `sluice check` would say of the new file.
 */
export async function addCases(failures: readonly Failure[], request: AddCasesRequest): Promise<Choice[]> {
  const { config, dryRun } = request
  return dryRun ? editSuite(failures, request) : oneAtATime(config.root, () => editSuite(failures, request))
}

async function editSuite(failures: readonly Failure[], request: AddCasesRequest): Promise<Choice[]> {
  const { choices, edited } = await editedSuite(failures, request)
  if (edited !== null && !request.dryRun) await writeSuite(edited, request)
  return choices
}

/**
 * What the suite becomes, null where nothing is added; nothing is written.
 * @throws InvalidFilesError with what `sluice check` would say of the new file.
 */
export async function editedSuite(
  failures: readonly Failure[],
  request: Omit<AddCasesRequest, 'dryRun'>,
): Promise<{ choices: Choice[]; edited: EditedSuite | null }> {
  const { files, config, suite, prompts, ...context } = request
  const survey = await surveySuite(readCases(files, suite, { root: config.root }), failures)
  const rubricIds = new Set(prompts.flatMap(({ rubric }) => rubric.map(({ id }) => id)))
  const choices = chooseCases(failures, { ...context, survey, rubricIds })
  const added = choices.flatMap((choice) => ('added' in choice ? [choice.added] : []))
  return { choices, edited: added.length === 0 ? null : await suiteWithCases(added, request) }
}

/**
 * Runs `work` while no other process runs such work in the same project. The lock is the store's write lock: it ends
 * with the process that holds it, however that ends. Others wait up to 30 s.
 * @throws SluiceError `cannot-run` where the store cannot be locked.
 */
async function oneAtATime<T>(root: string, work: () => Promise<T>): Promise<T> {
  const database = openProjectDatabase(root)
  try {
    database.exec('BEGIN IMMEDIATE')
    return await work()
  } finally {
    database.close()
  }
}
