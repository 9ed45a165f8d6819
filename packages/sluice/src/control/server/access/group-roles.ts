import type { OidcSettings } from '../../../core/suite/config/oidc-settings.ts'
import type { Role } from '../../../records/token-scopes.ts'
import { formatCount } from '../../../text/format.ts'
import { visibleLine } from '../../../text/untrusted.ts'

/** What the identity provider says of a person; anything may stand there. */
export type Claims = Readonly<Record<string, unknown>>

export interface GroupRights {
  scopes: Role[]
  /** Null: all. */
  features: string[] | null
  /** Absent: all. */
  environments?: string[]
  /** The groups by which the person has the rights. */
  groups: string[]
}

/** The groups that the claim names; null if there is no such claim, or none that names groups. */
export function groupsIn(claims: Claims, claim: string): string[] | null {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((group) => typeof group === 'string') : null
}

/**
 * What people with these groups may do; undefined: nothing. The first entry with one of the groups decides on the
 * features and environments. Others add their roles only if they are for the same: otherwise somebody who operates one
 * feature and looks at all would operate all of them.
 */
export function rightsOf(groups: readonly string[], { roles }: Pick<OidcSettings, 'roles'>): GroupRights | undefined {
  const own = new Set(groups)
  const found = roles.filter(({ group }) => own.has(group))
  const [first] = found
  if (!first) return undefined
  const limitOf = ({ features, environments }: (typeof roles)[number]) =>
    JSON.stringify([features?.toSorted() ?? null, environments?.toSorted() ?? null])
  const counting = found.filter((entry) => limitOf(entry) === limitOf(first))
  return {
    scopes: [...new Set(counting.map(({ role }) => role))],
    features: first.features ?? null,
    ...(first.environments && { environments: first.environments }),
    groups: [...new Set(counting.map(({ group }) => group))],
  }
}

const most = { shown: 10, length: 60 }

/** Why somebody gets no role, and what would help. Which groups have one is not told to people who have none. */
export function withoutRoleText(claims: Claims, settings: Pick<OidcSettings, 'groupsClaim' | 'issuer'>): string {
  const { groupsClaim, issuer } = settings
  const groups = groupsIn(claims, groupsClaim)
  const why =
    groups === null || groups.length === 0
      ? missingText(claims, settings)
      : `None of your groups has a role here: the claim "${groupsClaim}" of ${issuer} names ${listOf(groups)}.`
  return `${why} Whoever runs this control plane can give one of your groups a role (server.oidc.roles in sluice.yaml), or have you added to a group that has one. Then sign in again.`
}

/** Those of every ID token, which say nothing of the person. */
const protocolClaims = [
  'iss',
  'sub',
  'aud',
  'azp',
  'exp',
  'iat',
  'auth_time',
  'nonce',
  'at_hash',
  'c_hash',
  'sid',
  'jti',
]

/** Providers leave the groups out of a token that would become too long, and name another place for them. */
function missingText(claims: Claims, { groupsClaim, issuer }: Pick<OidcSettings, 'groupsClaim' | 'issuer'>): string {
  const elsewhere = claims._claim_names
  const isElsewhere = typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, groupsClaim)
  if (isElsewhere || claims.hasgroups === true)
    return `${issuer} has left out your groups, since there are too many for a token: let it send only those that are assigned to this application.`
  if (!Object.hasOwn(claims, groupsClaim))
    return `${issuer} has not sent the claim "${groupsClaim}", ${onlyText(claims)}: let it send the groups, or name another claim or further scopes (server.oidc.groupsClaim and scopes).`
  return `The claim "${groupsClaim}" of ${issuer} names no group.`
}

function onlyText(claims: Claims): string {
  const others = Object.keys(claims).filter((claim) => !protocolClaims.includes(claim))
  return others.length === 0 ? 'and nothing but who you are' : `only ${listOf(others)}`
}

function listOf(texts: readonly string[]): string {
  const shown = texts.slice(0, most.shown).map((text) => `"${shortened(text)}"`)
  const further = texts.length - shown.length
  return [...shown, ...(further > 0 ? [`and ${formatCount(further)} more`] : [])].join(', ')
}

function shortened(text: string): string {
  const line = visibleLine(text.slice(0, most.length)).slice(0, most.length)
  return text.length > most.length ? `${line}…` : line
}
