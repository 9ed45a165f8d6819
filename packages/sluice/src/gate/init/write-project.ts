import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { SluiceError } from '../../errors.ts'
import { templatesFolder } from '../../templates-folder.ts'

export interface NewFile {
  /** Relative to the project, posix. */
  path: string
  text: string
}

const ignoreFile = '.gitignore'

/**
 * Writes a new project into `folder`, which is made if needed, and returns the paths written. What .gitignore has stays;
 * missing lines are added at its end.
 * @throws SluiceError `invalid-input`, before anything is written, naming every file that exists already, unless `force`;
 * `cannot-run` where the folder cannot be written.
 */
export async function writeProject(
  folder: string,
  files: readonly NewFile[],
  { force }: { force: boolean },
): Promise<string[]> {
  const existing = await existingOf(folder, files)
  if (existing.length > 0 && !force) {
    throw new SluiceError(
      'invalid-input',
      `nothing was written, because these files exist already in ${folder}:\n` +
        `${existing.map((file) => `  ${file}`).join('\n')}\n` +
        'Choose another folder or --feature, or replace them with --force.',
    )
  }
  try {
    for (const { path: place, text } of files) {
      const file = path.join(folder, place)
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, text)
    }
    await addIgnoredLines(path.join(folder, ignoreFile))
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause
    throw new SluiceError('cannot-run', `the project cannot be written: ${cause.message}`, { cause })
  }
  return [...files.map((file) => file.path), ignoreFile]
}

async function existingOf(folder: string, files: readonly NewFile[]): Promise<string[]> {
  const found = await Promise.all(
    files.map((file) =>
      access(path.join(folder, file.path)).then(
        () => [file.path],
        () => [],
      ),
    ),
  )
  return found.flat()
}

async function addIgnoredLines(file: string): Promise<void> {
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const bare = (line: string) => line.trim().replace(/^\/|\/$/g, '')
  const present = new Set(before.split(/\r?\n/).map(bare))
  const missing = (await ignoredLines()).filter((line) => !present.has(bare(line)))
  if (missing.length === 0) return
  const separator = before === '' || before.endsWith('\n') ? '' : '\n'
  await writeFile(file, `${before}${separator}${missing.join('\n')}\n`)
}

/** The lines that a project's .gitignore should have. */
async function ignoredLines(): Promise<string[]> {
  const text = await readFile(path.join(templatesFolder(), 'gitignore'), 'utf8')
  return text.split('\n').filter((line) => line !== '')
}
