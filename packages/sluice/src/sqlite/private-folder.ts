import { chmodSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const ownFolder = '.sluice'
const folderMode = 0o700
const privateFileMode = 0o600

/**
 * Makes a folder, and its owner's alone: what is stored in it is this machine's, paid answers and whatever text the cases or
 * the users' requests hold. The same for what is there already, in a folder of ours; of another folder, which may serve
 * others too, only for `files`. Git ignores it.
 */
export function makePrivate(folder: string, files: readonly string[] = []): void {
  const isOurs = path.basename(folder) === ownFolder || !existsSync(folder)
  mkdirSync(folder, { recursive: true, mode: folderMode })
  const ignore = path.join(folder, '.gitignore')
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n', { mode: privateFileMode })
  if (isOurs) restrict(folder)
  else for (const file of files) restrictEntry(path.join(folder, file))
}

/** A file that is about to be opened by a program that knows no modes: it is there, and its owner's alone. */
export function makePrivateFile(file: string): void {
  closeSync(openSync(file, 'a', privateFileMode))
  restrictEntry(file)
}

function restrict(folder: string): void {
  restrictEntry(folder)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name)
    if (entry.isDirectory()) restrict(place)
    else restrictEntry(place)
  }
}

/** A link is left alone, since what it leads to is not ours; so is what another owner has to change. */
function restrictEntry(place: string): void {
  try {
    const entry = lstatSync(place)
    const others = entry.mode & 0o077
    // What its owner may do stays as it is: a store that may only be read is not to be written.
    if ((entry.isFile() || entry.isDirectory()) && others !== 0) chmodSync(place, entry.mode & 0o700)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOENT' && code !== 'EPERM' && code !== 'EROFS') throw error
  }
}
