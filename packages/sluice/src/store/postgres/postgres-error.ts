import pg from 'pg'
import { StoreError, type StoreFault } from '../store-error.ts'

/** SQLSTATE codes, or the classes that they begin with. */
const faults: [string, StoreFault][] = [
  ['08', 'unreachable'],
  ['57P', 'unreachable'],
  ['25006', 'unreachable'],
  ['53100', 'full'],
  ['53', 'busy'],
  ['40', 'busy'],
  ['55P03', 'busy'],
  ['57014', 'busy'],
  ['XX001', 'damaged'],
  ['XX002', 'damaged'],
]

const waysOut: Record<StoreFault, string> = {
  unreachable: 'whether the last write was done is unknown: repeat it with the same ids',
  full: 'free some space; what was acknowledged is kept',
  busy: 'try again',
  damaged: 'put a backup back',
  closed: 'it was closed',
  failed: 'nothing was written',
}

/** The error for the database `place` that failed by `cause`; one that is a StoreError already stays as it is. */
export function postgresError(cause: unknown, place: string): StoreError {
  if (cause instanceof StoreError) return cause
  const fault = faultOf(cause)
  return new StoreError(fault, `the store ${place} failed: ${reasonOf(cause)} (${waysOut[fault]})`, { cause })
}

/** What did not come from the database itself came from the way to it. */
function faultOf(cause: unknown): StoreFault {
  if (!(cause instanceof pg.DatabaseError)) return 'unreachable'
  return faults.find(([prefix]) => cause.code?.startsWith(prefix))?.[1] ?? 'failed'
}

/** Several addresses of one host fail as one error without a message. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ')
  return cause instanceof Error ? cause.message : String(cause)
}
