import type { TokenRecord } from '../../../records/token.ts'
import type { Scope } from '../../../records/token-scopes.ts'
import { Problem } from '../http/problem.ts'

/** Who sends a request, and what they may do. */
export interface Caller {
  /** Null if no token was needed. */
  tokenId: string | null
  name: string
  scopes: readonly Scope[]
  /** Null: all. */
  features: readonly string[] | null
}

export const anonymous: Caller = { tokenId: null, name: 'anonymous', scopes: [], features: [] }

export function callerOf({ id, name, scopes, features }: TokenRecord): Caller {
  return { tokenId: id, name, scopes, features }
}

/** Whether the caller has one of the scopes. Admins have all of them. */
export function hasScope({ scopes }: Pick<Caller, 'scopes'>, needed: readonly Scope[]): boolean {
  return scopes.includes('admin') || needed.some((scope) => scopes.includes(scope))
}

export function maySee({ features }: Pick<Caller, 'features'>, feature: string): boolean {
  return features === null || features.includes(feature)
}

/** Whether the caller may see all of these features (null: all that there are). */
export function covers({ features: own }: Pick<Caller, 'features'>, features: readonly string[] | null): boolean {
  return own === null || features?.every((feature) => own.includes(feature)) === true
}

/** @throws Problem 403 */
export function refuseOtherFeature(caller: Caller, feature: string): void {
  if (maySee(caller, feature)) return
  const detail = `The token "${caller.name}" is not for the feature ${feature}.`
  throw new Problem({ status: 403, code: 'feature-not-allowed', detail })
}
