import { StoreError, type StoreFault } from '../store-error.ts'

/** Primary result codes of SQLite. */
const faults = new Map<number, StoreFault>([
  [5, 'busy'],
  [6, 'busy'],
  [10, 'full'],
  [11, 'damaged'],
  [13, 'full'],
  [26, 'damaged'],
])

const waysOut: Record<StoreFault, string> = {
  busy: 'another program keeps the file locked',
  full: 'free some space; what was acknowledged is kept',
  damaged: 'the file is damaged: put a backup back',
  closed: 'it was closed',
  unreachable: 'it does not answer',
  failed: 'nothing was written',
}

/** The error for `file` that failed by `cause`; one that is a StoreError already stays as it is. */
export function sqliteError(cause: unknown, file: string): StoreError {
  if (cause instanceof StoreError) return cause
  const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : undefined
  const fault = faults.get(code ?? 0) ?? 'failed'
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new StoreError(fault, `the store ${file} failed: ${reason} (${waysOut[fault]})`, { cause })
}
