import { isUtf8 } from 'node:buffer'
import { constants, rmSync } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, mkdtemp, open, readdir, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { errorMessage } from '../../../errors.ts'
import type { AnswerTrace } from '../../../records/answer-trace.ts'
import { workspacePrefix } from './left-workspaces.ts'
import { entriesMatching, type WorkspaceFiles } from './workspace-files.ts'

/** Folders of calls that are under way, which go with this process however it ends by itself. */
const present = new Set<string>()
process.on('exit', () => {
  for (const folder of present) rmSync(folder, { recursive: true, force: true })
})

/** Runs something in a new temporary folder that holds these files, and removes the folder. */
export async function inWorkspace<T>(
  { files, links }: WorkspaceFiles,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), workspacePrefix()))
  present.add(folder)
  try {
    for (const place of new Set([...files.keys(), ...links.keys()].map((file) => path.dirname(file))))
      await mkdir(path.join(folder, place), { recursive: true })
    for (const [place, source] of files) await copyFile(source, path.join(folder, place), constants.COPYFILE_FICLONE)
    for (const [place, goal] of links) {
      const at = path.join(folder, place)
      await symlink(path.relative(path.dirname(at), path.join(folder, goal)) || '.', at)
    }
    return await work(folder)
  } finally {
    await removed(folder)
    present.delete(folder)
  }
}

/** A program may have taken its own right to write from a folder. */
async function removed(folder: string): Promise<void> {
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 })
  await remove().catch(async () => {
    await openedUp(folder)
    await remove()
  })
}

async function openedUp(folder: string): Promise<void> {
  await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await openedUp(path.join(folder, entry.name))
}

const mostFiles = 200
const mostBytes = 1024 * 1024
/** Whether a file is text is seen from its beginning. */
const beginning = 8192

/**
 * The files that match, as the end state: each one's path and text. A file that is no text is `{binary: true, bytes}`,
 * a symbolic link `{link: true}`, which is not followed. More than 200 files, or more than 1 MiB of text together, is
 * `unread`: a part of them says nothing of the whole.
 */
export async function endStateOf(
  folder: string,
  patterns: readonly string[],
): Promise<Pick<AnswerTrace, 'endState' | 'unread'>> {
  try {
    const places = new Map<string, boolean>()
    for (const pattern of patterns)
      for (const { place, isLink } of await entriesMatching(folder, pattern, (fault) => new Error(fault)))
        places.set(place, isLink)
    if (places.size > mostFiles) throw new Error(`${places.size} files match, more than ${mostFiles}; name fewer`)
    const state: [string, unknown][] = []
    let left = mostBytes
    for (const [place, isLink] of places) {
      const value = isLink ? { link: true } : await contentOf(path.join(folder, place), left)
      if (value === undefined) throw new Error(`the files that match have more than ${mostBytes / 1024} KiB of text`)
      if (typeof value === 'string') left -= Buffer.byteLength(value)
      state.push([place, value])
    }
    return { endState: Object.fromEntries(state) }
  } catch (error) {
    return { unread: `workspace.state: ${errorMessage(error)}` }
  }
}

/** Undefined for a text of more bytes than may be read. */
async function contentOf(file: string, most: number): Promise<string | object | undefined> {
  if (!(await lstat(file)).isFile()) return { special: true }
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { size: bytes } = await handle.stat()
    if (bytes > most) {
      const { buffer } = await handle.read(Buffer.alloc(beginning), 0, beginning, 0)
      return buffer.includes(0) ? { binary: true, bytes } : undefined
    }
    const content = await handle.readFile()
    return isUtf8(content) && !content.includes(0) ? content.toString() : { binary: true, bytes }
  } finally {
    await handle.close()
  }
}
