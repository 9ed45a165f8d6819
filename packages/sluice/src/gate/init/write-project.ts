import { appendFile, lstat, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { SluiceError } from '../../errors.ts'
import { templatesFolder } from '../../templates-folder.ts'
import type { NewFile } from './new-files.ts'

export const ignoreFile = '.gitignore'

export interface WrittenProject {
  written: string[]
  /** What was there with other contents, and is as it was. */
  kept: string[]
  /** What was there already, letter by letter. */
  unchanged: string[]
}

/**
 * Writes new files into `folder`, which is made if needed. What exists is kept, and with `force` replaced. Missing
 * lines are added to .gitignore, and what it has stays. Nothing outside of the folder is touched: a symbolic link
 * counts as a file that exists, and is itself replaced, not what it points to; below a link that leads outside nothing
 * is written.
 * @throws SluiceError `cannot-run` where the folder cannot be written, with what was written before
 */
export async function writeProject(
  folder: string,
  files: readonly NewFile[],
  { force }: { force: boolean },
): Promise<WrittenProject> {
  const result: WrittenProject = { written: [], kept: [], unchanged: [] }
  try {
    await mkdir(folder, { recursive: true })
    for (const { path: place, text } of files) {
      const file = path.join(folder, place)
      const state = (await linkOutside(folder, path.dirname(file))) ? 'outside' : await stateOf(file, text)
      if (state === 'same') result.unchanged.push(place)
      else if (state === 'outside' || (state === 'other' && !force)) result.kept.push(place)
      else {
        if (state === 'other') await rm(file)
        await mkdir(path.dirname(file), { recursive: true })
        // `wx`: a file that came into being meanwhile is not ours to replace.
        await writeFile(file, text, { flag: 'wx' })
        result.written.push(place)
      }
    }
    const lines = await missingIgnoredLines(folder)
    if (lines.length > 0) {
      const file = path.join(folder, ignoreFile)
      const isOurs = (await lstat(file).catch(nothingThere))?.isFile() ?? true
      if (isOurs) await addLines(file, lines)
      result[isOurs ? 'written' : 'kept'].push(ignoreFile)
    }
  } catch (cause) {
    if (cause instanceof SluiceError || !(cause instanceof Error && 'code' in cause)) throw cause
    const before = result.written.length === 0 ? '' : `; written before: ${result.written.join(', ')}`
    throw new SluiceError('cannot-run', `the project cannot be written: ${cause.message}${before}`, { cause })
  }
  return result
}

async function stateOf(file: string, text: string): Promise<'missing' | 'same' | 'other'> {
  const entry = await lstat(file).catch(nothingThere)
  if (!entry) return 'missing'
  if (!entry.isFile()) return 'other'
  return (await readFile(file, 'utf8')) === text ? 'same' : 'other'
}

/** Where a link on the way to a folder of the project leads, if that is outside of the project. */
export async function linkOutside(root: string, folder: string): Promise<string | undefined> {
  const [inside, real] = await Promise.all([realpath(root), realpathOfNearest(folder)])
  return real === inside || real.startsWith(inside + path.sep) ? undefined : real
}

async function realpathOfNearest(folder: string): Promise<string> {
  return (await realpath(folder).catch(nothingThere)) ?? realpathOfNearest(path.dirname(folder))
}

/** The lines that a project's .gitignore should have, and does not have yet. */
export async function missingIgnoredLines(folder: string): Promise<string[]> {
  const present = (await readFile(path.join(folder, ignoreFile), 'utf8').catch(nothingThere)) ?? ''
  const wanted = await readFile(path.join(templatesFolder(), 'gitignore'), 'utf8')
  const bare = (line: string) => line.trim().replace(/^\/|\/$/g, '')
  const known = new Set(present.split(/\r?\n/).map(bare))
  return wanted.split('\n').filter((line) => line !== '' && !known.has(bare(line)))
}

/** Only appends, so that no byte of the file changes, whatever its encoding. */
async function addLines(file: string, lines: readonly string[]): Promise<void> {
  const before = (await readFile(file, 'utf8').catch(nothingThere)) ?? ''
  const end = before.includes('\r\n') ? '\r\n' : '\n'
  const separator = before === '' || before.endsWith('\n') ? '' : end
  await appendFile(file, `${separator}${lines.join(end)}${end}`)
}

function nothingThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
