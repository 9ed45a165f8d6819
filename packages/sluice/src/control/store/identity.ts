import { randomBytes } from 'node:crypto'

/** Random values that a store gets when it is created. */
export interface StoreIdentity {
  /** 16 hex digits. */
  epoch: string
  /** 64 hex digits. */
  secret: string
}

export function newIdentity(random: (bytes: number) => Buffer = randomBytes): StoreIdentity {
  return { epoch: random(8).toString('hex'), secret: random(32).toString('hex') }
}
