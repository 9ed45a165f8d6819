import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { errorMessage, SluiceError } from '../../errors.ts'
import { isHeld } from '../../sqlite/lock-wait.ts'
import { resultCode } from '../../sqlite/result-code.ts'

/**
 * Runs `work` on the store. An error says where the store is and what to do.
 * @throws SluiceError `cannot-run`
 */
export function inStore<T>(database: DatabaseSync, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw storeError(cause, path.dirname(database.location() ?? ''))
  }
}

/** The error for a store in `folder` that failed because of `cause`. */
export function storeError(cause: unknown, folder: string): SluiceError {
  const reason = errorMessage(cause)
  const wayOut = cause instanceof SluiceError ? '' : `. ${wayOutOf(cause)}`
  return new SluiceError('cannot-run', `the store ${folder} cannot be used: ${reason}${wayOut}`, { cause })
}

/** Primary result codes of SQLite. */
const corrupt = 11
const notADatabase = 26

function wayOutOf(cause: unknown): string {
  const code = resultCode(cause)
  if (isHeld(cause)) return 'Another program keeps it locked: let that one end, then run the same command again.'
  if (code === corrupt || code === notADatabase)
    return 'The file is damaged: put a copy of it back, or delete the folder, and its answers are paid for again.'
  return 'Answers must be kept before they are paid for: free some space, or make the folder writable.'
}
