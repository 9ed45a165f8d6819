import { createReadStream } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import picomatch from 'picomatch'

/** The files of a project: those on disk, or those of a commit. Paths are posix and relative to the root. */
export interface ProjectFiles {
  /** The whole file. Rejects with the code ENOENT when there is none. */
  read(path: string): Promise<Uint8Array>
  /** The file in pieces, so that a large one need not be held in memory; fails as `read` does. */
  stream?(path: string): AsyncIterable<Uint8Array>
  /** The files that match a glob, sorted. A path without wildcards is listed if it exists. */
  list(glob: string): Promise<string[]>
  /** Whether a link on the way to a file leads out of the project. */
  leadsOut?(path: string): Promise<boolean>
  /** How to name a file to the user. */
  describe(path: string): string
}

const chunkBytes = 1 << 16
/** Folders that a glob does not look into, on disk as in a commit. */
export const skippedFolders: ReadonlySet<string> = new Set(['node_modules', '.git', '.sluice'])

/** The files below a folder on disk. */
export function diskFiles(root: string): ProjectFiles {
  const absolute = (file: string) => path.resolve(root, file)
  return {
    read: (file) => readFile(absolute(file)),
    stream: (file) => createReadStream(absolute(file), { highWaterMark: chunkBytes }),
    async list(glob) {
      const { base, isGlob } = picomatch.scan(glob)
      if (!isGlob) return (await isFile(absolute(glob))) ? [posix(path.relative(root, absolute(glob)))] : []
      const matches = globMatcher(glob)
      const found = await filesBelow(absolute(base))
      return found
        .map((file) => nameLike(glob, root, file))
        .filter((file) => matches(file))
        .sort()
    },
    async leadsOut(file) {
      const [inside, real] = await Promise.all([realpath(root), realpath(absolute(file)).catch(() => undefined)])
      return real !== undefined && real !== inside && !real.startsWith(inside + path.sep)
    },
    describe: (file) => file,
  }
}

/**
 * Whether a path matches a glob. Wildcards stand for hidden folders and files only in .github, where prompts are kept.
 */
export function globMatcher(glob: string): (file: string) => boolean {
  const matches = picomatch(glob)
  return (file) => matches(file) || matches(file.replace(/(^|\/)\.github\//, '$1:github/'))
}

/** The globs that stand behind one that begins with alternatives, as {a,b}/*.yml does. */
export function alternatives(glob: string): string[] {
  const [, first, rest = ''] = /^\{([^{}]*)\}(.*)$/.exec(glob) ?? []
  return first === undefined ? [glob] : first.split(',').map((start) => `${start}${rest}`)
}

/** The pieces of a file: streamed where the files offer it, else read whole. */
export async function* streamFile(files: ProjectFiles, file: string): AsyncGenerator<Uint8Array> {
  if (files.stream) yield* files.stream(file)
  else yield await files.read(file)
}

/**
 * The path of a file that is named relative to a folder of the project, or why it may not be read: paths and links stay
 * inside of the project.
 */
export async function placeInProject(
  files: ProjectFiles,
  folder: string,
  given: string,
): Promise<{ file?: string; fault?: string }> {
  const file = path.posix.normalize(path.posix.join(folder, given))
  if (path.isAbsolute(given) || file === '..' || file.startsWith('../'))
    return { fault: `${given} lies outside of the project` }
  return (await files.leadsOut?.(file)) ? { file, fault: `${file} is a link that leads out of the project` } : { file }
}

/** Whether an error says that a file does not exist. */
export function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

/** A path with slashes, as it is written in files of a project and in git. */
export function posix(file: string): string {
  return file.replaceAll(path.sep, '/')
}

/** An absolute glob is matched against absolute paths, any other against those relative to the root. */
function nameLike(glob: string, root: string, file: string): string {
  return posix(path.isAbsolute(glob) ? file : path.relative(root, file))
}

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile()
  } catch (error) {
    if (isMissingFile(error)) return false
    throw error
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissingFile(error)) return []
    throw error
  })
  const found = entries.map(async (entry) => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : filesBelow(file)
    return entry.isFile() || (entry.isSymbolicLink() && (await isFile(file))) ? [file] : []
  })
  return (await Promise.all(found)).flat()
}
