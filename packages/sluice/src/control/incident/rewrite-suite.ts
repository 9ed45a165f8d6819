import { readFile, realpath } from 'node:fs/promises'
import type { Config } from '../../core/suite/config/config.ts'
import { InvalidFilesError } from '../../core/suite/diagnostics/diagnostic.ts'
import { checkCases } from '../../core/suite/project/check-cases.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { SluiceError } from '../../errors.ts'
import { replaceFile } from '../../replace-file.ts'

export interface SuitePlace {
  files: ProjectFiles
  config: Config
  /** Those that use the suite. */
  prompts: readonly Prompt[]
  /** Path of the suite, relative to the root, posix. */
  suite: string
}

/** @throws InvalidFilesError with what `sluice check` would find wrong with a suite of this text. */
export async function checkSuiteText(text: string, { files, config, prompts, suite }: SuitePlace): Promise<void> {
  const bytes = Buffer.from(text)
  const { stream: _, ...others } = files
  const overlaid: ProjectFiles = { ...others, read: async (path) => (path === suite ? bytes : files.read(path)) }
  for (const prompt of prompts) {
    const { diagnostics } = await checkCases(overlaid, suite, { root: config.root, prompt, config })
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    if (errors.length > 0) throw new InvalidFilesError(errors)
  }
}

/**
 * Replaces a file whose bytes still are `before`, at once and wholly; one behind a link is replaced where it is.
 * @throws SluiceError `cannot-run` where somebody else has changed it meanwhile, and where it cannot be written.
 */
export async function replaceUnchanged(file: string, before: Uint8Array, text: string): Promise<void> {
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
