import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { errorMessage, SluiceError } from '../../../errors.ts'
import { makePrivateFile } from '../../../sqlite/private-folder.ts'
import { examine } from './examine.ts'

/** A verified copy of a store. */
export interface Backup {
  /** The store's revision at the moment of the copy. */
  revision: number
  bytes: number
}

/** How long the copy waits until it may begin, in ms. */
const patienceMs = 10_000

/**
 * Copies the committed state of `<folder>/control.db`, as of one moment, to the file `to`, which only its owner can
 * read. A server may run meanwhile; neither waits for the other. The file appears only when it is complete, on the disk
 * and verified.
 * @throws SluiceError `invalid-input`: `to` exists; `cannot-run`: there is no store, or one of the files cannot be
 * used.
 */
export function backUp(folder: string, to: string): Backup {
  const file = path.join(folder, 'control.db')
  if (!existsSync(file))
    throw new SluiceError('cannot-run', `there is no store in ${folder}: name its folder with --data`)
  if (existsSync(to)) throw alreadyThere(to)
  const part = `${to}.${randomBytes(4).toString('hex')}.part`
  try {
    makePrivateFile(part)
    copy(file, part)
    const { revision } = examine(part)
    sync(part)
    appear(part, to)
    return { revision, bytes: statSync(to).size }
  } catch (cause) {
    if (cause instanceof SluiceError && cause.code === 'invalid-input') throw cause
    const reason = errorMessage(cause)
    throw new SluiceError('cannot-run', `the store ${file} was not copied to ${to}: ${reason}`, { cause })
  } finally {
    rmSync(part, { force: true })
  }
}

/** Copies in one read transaction, which writers do not disturb. */
function copy(file: string, to: string): void {
  const database = new DatabaseSync(file, { readOnly: true, timeout: patienceMs })
  try {
    database.prepare('VACUUM INTO ?').run(to)
  } finally {
    database.close()
  }
}

/** Gives the copy its name in one step, and never replaces another file. */
function appear(part: string, to: string): void {
  try {
    linkSync(part, to)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw alreadyThere(to)
    throw cause
  }
  sync(path.dirname(to))
}

/** Waits until a file, or the entries of a folder, are on the disk. */
export function sync(place: string): void {
  const descriptor = openSync(place, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function alreadyThere(to: string): SluiceError {
  return new SluiceError('invalid-input', `${to} exists already and was not replaced: name another file`)
}
