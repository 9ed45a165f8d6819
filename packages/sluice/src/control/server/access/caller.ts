import type { TokenRecord } from '../../../records/token.ts'
import type { Scope } from '../../../records/token-scopes.ts'
import { Problem } from '../http/problem.ts'

/** Who asks. */
export interface Caller {
  /** Null where no token was needed. */
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

/** Operators may also read what clients read, by the routes that name both; admins may do everything. */
export function hasScope({ scopes }: Caller, needed: readonly Scope[]): boolean {
  return scopes.includes('admin') || needed.some((scope) => scopes.includes(scope))
}

export function maySee({ features }: Pick<Caller, 'features'>, feature: string): boolean {
  return features === null || features.includes(feature)
}

/** Whether something with these limits (null: none) reaches nothing beyond the caller's own features. */
export function covers({ features: own }: Pick<Caller, 'features'>, features: readonly string[] | null): boolean {
  return own === null || features?.every((feature) => own.includes(feature)) === true
}

/** @throws Problem 403 */
export function refuseOtherFeature(caller: Caller, feature: string): void {
  if (maySee(caller, feature)) return
  const detail = `The token "${caller.name}" is not for the feature ${feature}.`
  throw new Problem({ status: 403, code: 'feature-not-allowed', detail })
}
