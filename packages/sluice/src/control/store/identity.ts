import { randomBytes } from 'node:crypto'

/** Random values that a store gets when it is created. */
export interface StoreIdentity {
  /** 16 hex digits. */
  epoch: string
  /** 64 hex digits. */
  secret: string
}

export function newIdentity(): StoreIdentity {
  return { epoch: randomBytes(8).toString('hex'), secret: randomBytes(32).toString('hex') }
}
