import path from 'node:path'
import { inStore } from '../../core/answers/database-error.ts'
import { openProjectDatabase } from '../../core/answers/project-database.ts'
import { readCases, suiteKind } from '../../core/suite/cases/read-suite.ts'
import { decodeText } from '../../core/suite/decode-text.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { chooseSuite } from '../../core/suite/prompt/suites.ts'
import { SluiceError } from '../../errors.ts'
import { appendToYaml, lineEnding } from './append-to-yaml.ts'
import { type Choice, chooseCases } from './choose-cases.ts'
import type { Failure } from './failure.ts'
import type { CaseDecisions, NewCase } from './propose-case.ts'
import { checkSuiteText, replaceUnchanged, type SuitePlace } from './rewrite-suite.ts'
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
  const { config, suite, dryRun } = request
  const { choices, before, text } = await editedSuite(failures, request)
  if (text !== null && !dryRun) await replaceUnchanged(path.resolve(config.root, suite), before, text)
  return choices
}

interface EditedSuite {
  choices: Choice[]
  before: Uint8Array
  /** Null where nothing is added. */
  text: string | null
}

/**
 * What the suite becomes; nothing is written.
 * @throws InvalidFilesError with what `sluice check` would say of the new file.
 */
export async function editedSuite(
  failures: readonly Failure[],
  request: Omit<AddCasesRequest, 'dryRun'>,
): Promise<EditedSuite> {
  const { files, config, suite, prompts, ...context } = request
  const survey = await surveySuite(readCases(files, suite, { root: config.root }), failures)
  const rubricIds = new Set(prompts.flatMap(({ rubric }) => rubric.map(({ id }) => id)))
  const choices = chooseCases(failures, { ...context, survey, rubricIds })
  const added = choices.flatMap((choice) => ('added' in choice ? [choice.added] : []))
  const before = await files.read(suite)
  if (added.length === 0) return { choices, before, text: null }
  const text = byteOrderMark(before) + appendCases(decodeText(before, files.describe(suite)), added, suite)
  await checkSuiteText(text, request)
  return { choices, before, text }
}

/** The file of a prompt's suite; without a name of the usual one. @throws SluiceError `invalid-input` */
export function suiteFile(prompt: Prompt, asked: string | undefined): string {
  const name = chooseSuite(prompt, asked)
  const suite = Object.hasOwn(prompt.suites, name) ? prompt.suites[name] : undefined
  if (suite !== undefined) return suite
  const names = Object.keys(prompt.suites)
  throw new SluiceError(
    'invalid-input',
    names.length > 0
      ? `${prompt.file} has no suite "${name}"; it has ${names.join(', ')}`
      : `${prompt.file} keeps its cases inline, as testData, and cases cannot be added there. Move them to a file and name the file: suites: {fast: ../evals/${prompt.feature}.yaml}`,
  )
}

/** The mark of a file that has one: decoding drops it. */
function byteOrderMark(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 3)).equals(Buffer.from('\ufeff')) ? '\ufeff' : ''
}

/**
 * The text of a suite with cases added at its end. Nothing of what is there changes by a byte: comments, order,
 * quoting, line endings; the last line is ended if it was.
 * @throws SluiceError `invalid-input` where that is impossible.
 */
export function appendCases(text: string, cases: readonly NewCase[], file: string): string {
  if (cases.length === 0) return text
  const kind = suiteKind(file)
  if (kind === 'csv') {
    throw new SluiceError(
      'invalid-input',
      `${file}: cases are added to YAML and JSON suites only; move the suite to one`,
    )
  }
  return kind === 'jsonLines' ? appendLines(text, cases) : appendToYaml(text, cases, file)
}

function appendLines(text: string, cases: readonly NewCase[]): string {
  const newline = lineEnding(text)
  const lines = cases.map((one) => JSON.stringify(one)).join(newline)
  const ended = text === '' || text.endsWith('\n')
  return ended ? `${text}${lines}${newline}` : `${text}${newline}${lines}`
}

/**
 * Runs `work` while no other process runs such work in the same project. The lock is the store's write lock: it ends
 * with the process that holds it, however that ends. Others wait up to 30 s.
 * @throws SluiceError `cannot-run` where the store cannot be locked.
 */
async function oneAtATime<T>(root: string, work: () => Promise<T>): Promise<T> {
  const database = openProjectDatabase(root)
  try {
    inStore(database, () => database.exec('BEGIN IMMEDIATE'))
    return await work()
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
    database.close()
  }
}
