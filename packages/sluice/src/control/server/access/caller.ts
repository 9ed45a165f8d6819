import {
  type Environments,
  type KeyEnvironment,
  keyEnvironment,
  keyEnvironments,
  keyOf,
  partsOf,
} from '../../../core/suite/config/environments.ts'
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
  /** Those that there are and that they may see, in order. Empty: their token is for none that there is. */
  environments: readonly KeyEnvironment[]
}

/** What somebody may see. */
export type TokenReach = Pick<Caller, 'features' | 'environments'>

export const anonymous: Caller = { tokenId: null, name: 'anonymous', scopes: [], features: [], environments: [] }

export function callerOf(record: TokenRecord, names: Environments): Caller {
  const { id, name, scopes } = record
  return { tokenId: id, name, scopes, ...tokenReach(record, names) }
}

/**
 * What a token may see. An application is in one environment: in the last one, to which releases lead, if its token
 * names none.
 */
export function tokenReach(
  { features, environments, scopes }: Pick<TokenRecord, 'features' | 'environments' | 'scopes'>,
  names: Environments,
): TokenReach {
  const all = keyEnvironments(names)
  if (environments === undefined) return { features, environments: scopes.includes('client') ? [null] : all }
  const own = environments.map((name) => keyEnvironment(name, names))
  return { features, environments: all.filter((environment) => own.includes(environment)) }
}

/** The environment whose releases a request is given that does not name one: the last of the caller's. */
export function servedEnvironment({ environments }: Pick<Caller, 'environments'>): KeyEnvironment | undefined {
  return environments.at(-1)
}

/** Whether the snapshot that somebody is given has the feature of this key. */
export function isServed(reach: TokenReach, key: string): boolean {
  return maySee(reach, key) && partsOf(key).environment === servedEnvironment(reach)
}

/** The key of a feature in that environment. */
export function servedKey(caller: Pick<Caller, 'environments'>, feature: string): string {
  return keyOf({ feature, environment: servedEnvironment(caller) ?? null })
}

/** Whether the caller has one of the scopes. Admins have all of them. */
export function hasScope({ scopes }: Pick<Caller, 'scopes'>, needed: readonly Scope[]): boolean {
  return scopes.includes('admin') || needed.some((scope) => scopes.includes(scope))
}

/** Whether somebody may see a feature in an environment, by its key. */
export function maySee({ features, environments }: TokenReach, key: string): boolean {
  const { feature, environment } = partsOf(key)
  return environments.includes(environment) && (features === null || features.includes(feature))
}

/** Whether somebody may see all features in all environments, and so what belongs to none of them. */
export function maySeeAll(reach: TokenReach, names: Environments): boolean {
  return reach.features === null && seesAllEnvironments(reach, names)
}

export function seesAllEnvironments({ environments }: Pick<TokenReach, 'environments'>, names: Environments): boolean {
  return keyEnvironments(names).every((one) => environments.includes(one))
}

/** Whether the caller may see all that another may. */
export function covers({ features: own, environments }: TokenReach, other: TokenReach): boolean {
  const hasFeatures = own === null || other.features?.every((feature) => own.includes(feature)) === true
  return hasFeatures && other.environments.every((environment) => environments.includes(environment))
}

/**
 * Whether somebody may see a token, and end it: it reaches no further than they do. One for environments that are no
 * more reaches nothing now, and may again: it is for those who may see all.
 */
export function maySeeToken(caller: TokenReach, record: TokenRecord, names: Environments): boolean {
  const reach = tokenReach(record, names)
  return maySeeAll(caller, names) || (reach.environments.length > 0 && covers(caller, reach))
}

/**
 * It says of an environment no more than what was asked for.
 * @throws Problem 403
 */
export function refuseOtherFeature(caller: Caller, key: string): void {
  if (maySee(caller, key)) return
  const { feature, environment } = partsOf(key)
  const isOtherEnvironment = maySee({ ...caller, environments: [environment] }, key)
  const named =
    environment === null ? 'the last environment, which a name alone means' : `the environment ${environment}`
  const what = isOtherEnvironment ? named : `the feature ${feature}`
  const detail = `The token "${caller.name}" is not for ${what}.`
  throw new Problem({
    status: 403,
    code: isOtherEnvironment ? 'environment-not-allowed' : 'feature-not-allowed',
    detail,
  })
}

/** `staging and production` */
export function environmentsText(names: Environments): string {
  return new Intl.ListFormat('en-GB').format(names)
}
