import { chmodSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const ownFolder = '.sluice'
/** Checked out commits, of which there may be many files. The folder itself is private, and so is what lies in it. */
const worktrees = 'worktrees'
const folderMode = 0o700
const privateFileMode = 0o600

/**
 * Makes a folder that only its owner can read, since it holds paid answers and texts of cases and of users' requests.
 * Git ignores it. Entries that exist already become private as well, in a folder of ours. In any other folder, which
 * others may share, only `files` do.
 */
export function makePrivate(folder: string, files: readonly string[] = []): void {
  const isOurs = path.basename(folder) === ownFolder || !existsSync(folder)
  mkdirSync(folder, { recursive: true, mode: folderMode })
  const ignore = path.join(folder, '.gitignore')
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n', { mode: privateFileMode })
  if (isOurs) restrict(folder)
  else for (const file of files) restrictEntry(path.join(folder, file))
}

/** Creates a file that only its owner can read, before a program opens it that cannot set modes. */
export function makePrivateFile(file: string): void {
  closeSync(openSync(file, 'a', privateFileMode))
  restrictEntry(file)
}

function restrict(folder: string): void {
  restrictEntry(folder)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== worktrees) restrict(place)
    else restrictEntry(place)
  }
}

/**
 * Makes an entry private. A link is left unchanged, since its target is not ours, and so is an entry of another owner.
 */
function restrictEntry(place: string): void {
  try {
    const entry = lstatSync(place)
    const others = entry.mode & 0o077
    // The owner's permissions stay as they are: a store that may only be read must not become writable.
    if ((entry.isFile() || entry.isDirectory()) && others !== 0) chmodSync(place, entry.mode & 0o700)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOENT' && code !== 'EPERM' && code !== 'EROFS') throw error
  }
}
