import { SluiceError } from '../../errors.ts'
import type { Case } from './case.ts'
import { InvalidFilesError } from './diagnostic.ts'
import { isMissingFile, type ProjectFiles } from './files.ts'
import { unreadable } from './load-yaml.ts'
import type { Prompt } from './prompt.ts'
import { hint } from './suggest.ts'
import { readSuite } from './suite-rows.ts'

/**
 * The cases of a suite file, in its order. JSON Lines are streamed: memory does not grow with their number. Duplicate
 * ids are the business of `checkCases`.
 * @throws InvalidFilesError at the first case that is not valid, and when the file cannot be read.
 */
export async function* readCases(files: ProjectFiles, path: string, { root }: { root: string }): AsyncGenerator<Case> {
  try {
    for await (const rows of readSuite(files, path, { root })) {
      for (const { data, diagnostics } of rows) {
        const errors = diagnostics.filter(({ severity }) => severity === 'error')
        if (errors.length > 0) throw new InvalidFilesError(errors)
        if (data !== undefined) yield data
      }
    }
  } catch (error) {
    if (!isMissingFile(error)) throw error
    throw new InvalidFilesError([unreadable(files.describe(path), error)], { cause: error })
  }
}

/**
 * The cases that a prompt is evaluated on: those of the suite, or, when the prompt names no suites, its `testData`. The
 * prompt's own checks and rubric are not merged in.
 * @throws SluiceError `invalid-input` when there is no such suite.
 */
export function casesOf(
  files: ProjectFiles,
  { suites, inlineCases, file }: Prompt,
  suiteName: string,
  { root }: { root: string },
): AsyncIterable<Case> {
  const path = Object.hasOwn(suites, suiteName) ? suites[suiteName] : undefined
  if (path !== undefined) return readCases(files, path, { root })
  const names = Object.keys(suites)
  if (names.length > 0) {
    throw new SluiceError('invalid-input', `${file} has no suite "${suiteName}"${hint(suiteName, names)}`)
  }
  if (inlineCases.length > 0) return inOrder(inlineCases)
  throw new SluiceError('invalid-input', `${file} has no cases; add "suites: {fast: ...}" to it`)
}

async function* inOrder(cases: readonly Case[]): AsyncGenerator<Case> {
  yield* cases
}
