import path from 'node:path'
import { readCases } from '../suite/cases.ts'
import { decodeText } from '../suite/text.ts'
import { appendCases } from './append-cases.ts'
import { type Choice, chooseCases } from './choose-cases.ts'
import type { Failure } from './failure.ts'
import { oneAtATime } from './one-at-a-time.ts'
import type { CaseWishes } from './propose-case.ts'
import { checkSuiteText, replaceUnchanged, type SuitePlace } from './rewrite-suite.ts'
import { surveySuite } from './survey.ts'

export interface AddCasesRequest extends SuitePlace {
  feature: string
  wishes: CaseWishes
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
  const { files, config, suite, prompts, dryRun, ...context } = request
  const survey = await surveySuite(readCases(files, suite, { root: config.root }), failures)
  const rubricIds = new Set(prompts.flatMap(({ rubric }) => rubric.map(({ id }) => id)))
  const choices = chooseCases(failures, { ...context, survey, rubricIds })
  const added = choices.flatMap((choice) => ('added' in choice ? [choice.added] : []))
  if (added.length === 0) return choices
  const before = await files.read(suite)
  const text = byteOrderMark(before) + appendCases(decodeText(before, files.describe(suite)), added, suite)
  await checkSuiteText(text, request)
  if (!dryRun) await replaceUnchanged(path.resolve(config.root, suite), before, text)
  return choices
}

/** The mark of a file that has one: decoding drops it. */
function byteOrderMark(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 3)).equals(Buffer.from('\ufeff')) ? '\ufeff' : ''
}
