import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { SluiceError } from '../../../errors.ts'
import { replaceFile } from '../../../replace-file.ts'
import { appendCases, type NewCase } from '../cases/append-cases.ts'
import type { Config } from '../config/config.ts'
import { decodeText } from '../decode-text.ts'
import { InvalidFilesError } from '../diagnostics/diagnostic.ts'
import type { ProjectFiles } from '../project-files.ts'
import type { Prompt } from '../prompt/prompt.ts'
import { checkCases } from './check-cases.ts'

export interface SuitePlace {
  files: ProjectFiles
  config: Config
  /** Those that use the suite. */
  prompts: readonly Prompt[]
  /** Path of the suite, relative to the root, posix. */
  suite: string
}

/** A suite as it is, and with cases added at its end. */
export interface EditedSuite {
  before: Uint8Array
  text: string
}

/**
 * What a suite becomes with these cases at its end; nothing is written.
 * @throws InvalidFilesError with what `sluice check` would say of the new file.
 */
export async function suiteWithCases(cases: readonly NewCase[], place: SuitePlace): Promise<EditedSuite> {
  const { files, suite } = place
  const before = await files.read(suite)
  const text = byteOrderMark(before) + appendCases(decodeText(before, files.describe(suite)), cases, suite)
  await checkSuiteText(text, place)
  return { before, text }
}

/** The mark of a file that has one: decoding drops it. */
function byteOrderMark(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 3)).equals(Buffer.from('\ufeff')) ? '\ufeff' : ''
}

/** @throws InvalidFilesError with what `sluice check` would find wrong with a suite of this text. */
async function checkSuiteText(text: string, { files, config, prompts, suite }: SuitePlace): Promise<void> {
  const bytes = Buffer.from(text)
  const { stream: _, ...others } = files
  const overlaid: ProjectFiles = { ...others, read: async (file) => (file === suite ? bytes : files.read(file)) }
  for (const prompt of prompts) {
    const { diagnostics } = await checkCases(overlaid, suite, { root: config.root, prompt, config })
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    if (errors.length > 0) throw new InvalidFilesError(errors)
  }
}

/**
 * Writes an edited suite in place of the one that is there, at once and wholly; one behind a link is replaced where it
 * is.
 * @throws SluiceError `cannot-run` where somebody else has changed it meanwhile, and where it cannot be written.
 */
export async function writeSuite(
  { before, text }: EditedSuite,
  { config, suite }: Pick<SuitePlace, 'config' | 'suite'>,
): Promise<void> {
  const file = path.resolve(config.root, suite)
  const target = await realpath(file)
  await replaceFile(target, async (sink) => {
    sink.write(text)
    if (!(await readFile(target)).equals(before)) {
      throw new SluiceError(
        'cannot-run',
        `${file} was changed by somebody else meanwhile; nothing was written, run it again`,
      )
    }
  })
}
