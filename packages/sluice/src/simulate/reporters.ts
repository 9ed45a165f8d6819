import { position } from '@sluice/client'
import type { RequestEntry } from '../store/outcome-log.ts'
import type { Reporters } from './scenario-judge.ts'

const wholePpm = 1_000_000

/** Who tells of a request. */
export type Reporter = Pick<RequestEntry, 'tokenId' | 'instance' | 'address'>

/** Which token reports the requests of a user. */
export function tokenOf({ tokens, liar }: Reporters, unit: string): string | null {
  if (tokens.length === 1 && liar === 0) return null
  let rest = position('token', unit) / wholePpm
  const found = tokens.findIndex((share) => {
    rest -= share
    return rest < 0
  })
  return `app-${Math.max(0, found)}`
}

/** Which process the n-th request comes from; spread without chance, so that a run is the same but for its places. */
export function processOf({ processes, broken }: Reporters, n: number): { name: string | null; isBroken: boolean } {
  if (processes === undefined) return { name: null, isBroken: false }
  const number = ((Math.imul(n, 2_654_435_761) >>> 0) >>> 8) % processes
  return { name: `process-${number}`, isBroken: broken && number === processes - 1 }
}
