import { SluiceError } from '../../errors.ts'

/**
 * What kept a store from doing its work. `unreachable`: the connection is lost, also where it is unknown whether a write
 * was done · `full`: no space · `busy`: others hold it · `closed`: by ourselves · `damaged`: what is stored cannot be
 * read · `refused`: what was to be written cannot be stored, now or later · `failed`: anything else.
 */
export type StoreFault = 'unreachable' | 'full' | 'busy' | 'closed' | 'damaged' | 'refused' | 'failed'

/** A method of the store rejected. Nothing was written, except where `unreachable` leaves it open. */
export class StoreError extends SluiceError {
  override readonly name = 'StoreError'
  readonly fault: StoreFault

  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super('cannot-run', message, options)
    this.fault = fault
  }

  /** The same call may succeed later. */
  get retryable(): boolean {
    return this.fault === 'unreachable' || this.fault === 'full' || this.fault === 'busy'
  }
}

const waysOut: Record<StoreFault, string> = {
  unreachable: 'whether the last write was done is unknown: repeat it with the same ids',
  full: 'free some space; what was acknowledged is kept',
  busy: 'others hold it: try again',
  closed: 'it was closed',
  damaged: 'put a backup back',
  refused: 'it cannot be stored: nothing was written',
  failed: 'nothing was written',
}

/** The error for the store at `place` that failed by `cause`; one that is a StoreError already stays as it is. */
export function storeFailure(place: string, fault: StoreFault, reason: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  return new StoreError(fault, `the store ${place} failed: ${reason} (${waysOut[fault]})`, { cause })
}
