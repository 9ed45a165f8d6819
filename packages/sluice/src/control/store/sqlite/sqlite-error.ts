import { errorMessage } from '../../../errors.ts'
import { resultCode } from '../../../sqlite/result-code.ts'
import { type StoreError, type StoreFault, storeFailure } from '../store-error.ts'

/** Primary result codes of SQLite. */
const faults = new Map<number, StoreFault>([
  [5, 'busy'],
  [6, 'busy'],
  [10, 'full'],
  [11, 'damaged'],
  [13, 'full'],
  [18, 'refused'],
  [19, 'refused'],
  [20, 'refused'],
  [26, 'damaged'],
])

/** The StoreError for a failure of `file`. */
export function sqliteError(cause: unknown, file: string): StoreError {
  const reason = errorMessage(cause)
  return storeFailure(file, faults.get(resultCode(cause) ?? 0) ?? 'failed', reason, cause)
}
