import { createHash } from 'node:crypto'
import type { OidcSettings } from '../../../core/suite/config/oidc-settings.ts'
import type { TokenRecord } from '../../../records/token.ts'
import { visibleLine } from '../../../text/untrusted.ts'
import type { Store } from '../../store/store.ts'
import { Problem } from '../http/problem.ts'
import { changeToken } from './change-token.ts'
import { type Claims, groupsIn, rightsOf, withoutRoleText } from './group-roles.ts'
import { type Growth, refuseMoreTokens } from './growth-limits.ts'
import type { Identity } from './identity-provider.ts'
import { withoutSessions } from './sessions.ts'

interface Surroundings {
  store: Store
  settings: { growth: Growth }
  oidc: OidcSettings
  /** ms since the epoch. */
  now: number
}

/**
 * The record of whoever has proven at the identity provider who they are, with the rights that their groups have now.
 * It is made at the first sign-in; later ones change it where the provider says something else than before.
 * @throws Problem 403 if no group of theirs has a role, or an admin has revoked them; 409 if there are too many records
 */
export async function admitPerson({ subject, claims }: Identity, surroundings: Surroundings): Promise<TokenRecord> {
  const { store, oidc, now } = surroundings
  if (!/^[\x20-\x7e]{1,255}$/.test(subject)) throw oddSubject(oidc.issuer)
  const issuer = oneIssuer(oidc)
  const id = personId(issuer, subject)
  const rights = rightsOf(groupsIn(claims, oidc.groupsClaim) ?? [], oidc)
  const known = await store.tokenById(id)
  if (!known && rights) await refuseMoreTokens(surroundings)
  const name = rights ? await nameOf(claims, id, store) : (known?.name ?? '')

  const update = (stored: TokenRecord | undefined): TokenRecord | undefined => {
    if (stored && stored.revokedAt !== null) return undefined
    if (!rights) return stored && stored.scopes.length > 0 ? withoutSessions({ ...stored, scopes: [] }) : undefined
    const base = stored ?? newPerson({ id, issuer, subject, now })
    const next: TokenRecord = { ...base, name, scopes: rights.scopes, features: rights.features }
    if (rights.environments) next.environments = rights.environments
    else delete next.environments
    return stored && isSame(stored, next) ? undefined : next
  }
  const caller = { name, tokenId: id }
  const evidence = { groups: rights?.groups ?? [] }
  const record = await changeToken(store, id, update, { action: 'person.rights', at: now, caller, evidence })
  if (record && record.revokedAt !== null) throw revoked(record)
  if (!rights || !record) throw new Problem({ status: 403, code: 'no-role', detail: withoutRoleText(claims, oidc) })
  return record
}

/** The address of the provider, however it is written: otherwise a slash at its end would make everybody new. */
export function oneIssuer({ issuer }: Pick<OidcSettings, 'issuer'>): string {
  return new URL(issuer).href.replace(/\/$/, '')
}

/** The id stays the same for ever, whatever else the provider says of the person. */
export function personId(issuer: string, subject: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex')
  return `p-${hash.slice(0, 32)}`
}

function newPerson({ id, issuer, subject, now }: { id: string; issuer: string; subject: string; now: number }) {
  const person = { issuer, subject }
  return { id, hash: `${id} has no secret`, person, createdAt: now, expiresAt: null, revokedAt: null }
}

function isSame(a: TokenRecord, b: TokenRecord): boolean {
  const shape = ({ name, scopes, features, environments }: TokenRecord) =>
    JSON.stringify([name, scopes.toSorted(), features?.toSorted() ?? null, environments?.toSorted() ?? null])
  return shape(a) === shape(b)
}

/** The actors of what the server does by itself, and with the token that its environment gives. */
const ownNames = ['sluice', 'sluice restore', 'SLUICE_ADMIN_TOKEN', 'anonymous'].map(likeness)

/** Whether a name looks like one of the server: in the log its acts would pass for those of the server. */
export const isOwnName = (name: string) => ownNames.includes(likeness(name))

const longestName = 80

/**
 * How the log calls a person. People can often choose their name at the provider, so one that somebody else has already
 * gets a part of the id.
 */
async function nameOf(claims: Claims, id: string, { tokens }: Pick<Store, 'tokens'>): Promise<string> {
  const given = [claims.name, claims.preferred_username, claims.email].map(shownName).find((name) => name !== '')
  const name = given ?? 'person'
  const others = (await tokens()).filter((other) => other.id !== id).map((other) => likeness(other.name))
  const isTaken = isOwnName(name) || others.includes(likeness(name))
  return isTaken || given === undefined ? `${name} (${id.slice(0, 10)})` : name
}

function shownName(claim: unknown): string {
  return typeof claim === 'string'
    ? visibleLine(claim.slice(0, 4 * longestName))
        .slice(0, longestName)
        .toWellFormed()
    : ''
}

/** What a name looks like: names that a person would confuse give the same text. */
function likeness(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
}

function revoked({ name }: TokenRecord): Problem {
  const detail = `${name} was revoked here, so signing in again does not help. An admin can let you in again: sluice token reinstate, with your id of sluice token list.`
  return new Problem({ status: 403, code: 'revoked', detail })
}

function oddSubject(issuer: string): Problem {
  const detail = `${issuer} names you by an id (sub) that is not 1 to 255 ASCII characters, so it cannot be kept apart from others.`
  return new Problem({ status: 403, code: 'identity-untrusted', detail })
}
