import pg from 'pg'
import { errorMessage } from '../../../errors.ts'
import { type StoreError, type StoreFault, storeFailure } from '../store-error.ts'

/** SQLSTATE codes, or their first characters for a whole class. */
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

/** The StoreError for a failure of the database `place`. */
export function postgresError(cause: unknown, place: string): StoreError {
  return storeFailure(place, faultOf(cause), reasonOf(cause), cause)
}

/** An error without an SQLSTATE is one of the connection. */
function faultOf(cause: unknown): StoreFault {
  if (!(cause instanceof pg.DatabaseError)) return 'unreachable'
  return faults.find(([prefix]) => cause.code?.startsWith(prefix))?.[1] ?? 'failed'
}

/** The reason in words. If several addresses of a host fail, Node's error has no message itself. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ')
  return errorMessage(cause)
}
