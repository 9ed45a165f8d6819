import { createReadStream, realpathSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { decodeText } from '../../core/suite/decode-text.ts'
import { diskFiles, isMissingFile } from '../../core/suite/project-files.ts'
import { errorMessage, invalidInput, type SluiceError } from '../../errors.ts'

/** What an importer may look at: the file that was named, and the files beside it. Nothing of it is ever executed. */
export interface ImportSource {
  /** The file as the user named it. */
  name: string
  isFolder: boolean
  /** The columns of `--map`: column -> field. */
  columns: ReadonlyMap<string, string>
  /** The whole text, which must be UTF-8, without a byte order mark. @throws SluiceError for one that is too large. */
  text(): Promise<string>
  bytes(): Promise<Uint8Array>
  /** The file in pieces, so that a large one need not be held in memory. */
  stream(): AsyncIterable<Uint8Array>
  /**
   * The text of another file, by its path relative to the folder of the first. With `from`, relative to the folder of
   * that file, whose path is itself relative to the folder of the first.
   * @throws SluiceError `invalid-input` outside of `--root`, for a file that is not there, or one that is too large
   */
  textOf(reference: string, from?: string): Promise<string>
  /** The paths of the files that match a glob, relative to the folder of the first, sorted. */
  list(glob: string): Promise<string[]>
}

export interface ImportPlace {
  /** The file as the user named it, relative to `cwd`. */
  file: string
  cwd: string
  /** The folder that files which the first one names must lie in; by default its own. */
  root?: string | undefined
  columns?: ReadonlyMap<string, string>
}

/** A file is held in memory several times over while it is read; one of this size takes about a gigabyte. */
const mostBytes = 64 * 1024 * 1024

/** @throws SluiceError `invalid-input` where there is no such file or folder. */
export async function openSource({ file, cwd, root, columns = new Map() }: ImportPlace): Promise<ImportSource> {
  const absolute = path.resolve(cwd, file)
  const found = await stat(absolute).catch(notThere(file))
  const isFolder = found.isDirectory()
  const folder = isFolder ? absolute : path.dirname(absolute)
  const allowed = realpathSync(root === undefined ? folder : path.resolve(cwd, root))
  const own = async () => {
    if (isFolder) throw invalidInput(`${file} is a folder; name a file in it`)
    return readWithin(absolute, file)
  }
  return {
    name: file,
    isFolder,
    columns,
    bytes: own,
    text: async () => decodeText(await own(), file),
    stream: () => createReadStream(absolute),
    async textOf(reference, from = '') {
      const place = path.resolve(folder, path.dirname(from), reference)
      const shown = path.relative(cwd, place)
      await stat(place).catch(notThere(shown))
      if (!isWithin(realpathSync(place), allowed)) throw outside(reference, allowed)
      return decodeText(await readWithin(place, shown), shown)
    },
    async list(glob) {
      const files = await diskFiles(folder).list(glob)
      return files.filter((each) => isWithin(realpathSync(path.resolve(folder, each)), allowed))
    },
  }
}

async function readWithin(file: string, shown: string): Promise<Uint8Array> {
  const { size } = await stat(file)
  if (size > mostBytes) {
    const [is, limit] = [size, mostBytes].map((bytes) => `${Math.ceil(bytes / 1024 / 1024)} MB`)
    throw invalidInput(
      `${shown} has ${is}, more than the ${limit} that an import reads; split it, or export a part of it`,
    )
  }
  return readFile(file)
}

/** Whether a path lies in a folder; both without symbolic links. */
function isWithin(file: string, folder: string): boolean {
  const relative = path.relative(folder, file)
  return relative === '' || !(relative.startsWith('..') || path.isAbsolute(relative))
}

function outside(reference: string, allowed: string): SluiceError {
  return invalidInput(
    `${reference} lies outside of ${allowed}, and was not read; if it belongs to the project, allow its folder with --root <folder>`,
  )
}

function notThere(file: string) {
  return (error: unknown): never => {
    if (isMissingFile(error)) throw invalidInput(`${file}: there is no such file or folder`)
    throw invalidInput(`${file} cannot be read: ${errorMessage(error)}`)
  }
}
