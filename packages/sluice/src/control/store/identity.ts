import { randomBytes } from 'node:crypto'

/** What a store is given once, when it is made. */
export interface StoreIdentity {
  /** 16 hex. */
  epoch: string
  /** 64 hex. */
  secret: string
}

export function newIdentity(random: (bytes: number) => Buffer = randomBytes): StoreIdentity {
  return { epoch: random(8).toString('hex'), secret: random(32).toString('hex') }
}
