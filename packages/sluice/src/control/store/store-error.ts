import { SluiceError } from '../../errors.ts'

/**
 * Why a call of the store failed. `unreachable`: the connection is lost, and a write may or may not have been done ·
 * `full`: no space · `busy`: others have locked it · `closed`: by this process · `damaged`: a stored row cannot be read
 * · `refused`: the value can never be stored · `failed`: anything else.
 */
export type StoreFault = 'unreachable' | 'full' | 'busy' | 'closed' | 'damaged' | 'refused' | 'failed'

/** A failed call of the store. Nothing was written, except perhaps for `unreachable`. */
export class StoreError extends SluiceError {
  override readonly name = 'StoreError'
  readonly fault: StoreFault

  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super('cannot-run', message, options)
    this.fault = fault
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return this.fault === 'unreachable' || this.fault === 'full' || this.fault === 'busy'
  }
}

/** What a read gives; undefined where what is stored is damaged, so that the rest goes on without it. */
export async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof StoreError && error.fault === 'damaged') return undefined
    throw error
  }
}

const waysOut: Record<StoreFault, string> = {
  unreachable: 'it is not known whether the last write was done: repeat it with the same ids',
  full: 'free some space; acknowledged data is kept',
  busy: 'it is busy: try again',
  closed: 'it was closed',
  damaged: 'restore a backup',
  refused: 'the value cannot be stored: nothing was written',
  failed: 'nothing was written',
}

/** The StoreError for a failure of the store at `place`. A StoreError is returned unchanged. */
export function storeFailure(place: string, fault: StoreFault, reason: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  return new StoreError(fault, `the store ${place} failed: ${reason} (${waysOut[fault]})`, { cause })
}
