import pg from 'pg'
import { type StoreError, type StoreFault, storeFailure } from '../store-error.ts'

/** SQLSTATE codes, or the classes that they begin with. */
const faults: [string, StoreFault][] = [
  ['08', 'unreachable'],
  ['57P', 'unreachable'],
  ['25006', 'unreachable'],
  ['25P03', 'unreachable'],
  ['53100', 'full'],
  ['53', 'busy'],
  ['40', 'busy'],
  ['55P03', 'busy'],
  ['57014', 'busy'],
  ['22', 'refused'],
  ['23', 'refused'],
  ['54', 'refused'],
  ['XX001', 'damaged'],
  ['XX002', 'damaged'],
]

/** The error for the database `place` that failed by `cause`. */
export function postgresError(cause: unknown, place: string): StoreError {
  return storeFailure(place, faultOf(cause), reasonOf(cause), cause)
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
