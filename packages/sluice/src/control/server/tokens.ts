import type { Clock } from '@sluice/client'
import { z } from 'zod'
import { type Environments, environmentNameSchema, keyEnvironment } from '../../core/suite/config/environments.ts'
import { SluiceError } from '../../errors.ts'
import { featureField } from '../../records/names.ts'
import { isTokenId, seedTokenId, type TokenRecord, type TokenView, tokenViewSchema } from '../../records/token.ts'
import { scopes } from '../../records/token-scopes.ts'
import type { Store } from '../store/store.ts'
import {
  type Caller,
  covers,
  environmentsText,
  maySeeToken,
  seesAllEnvironments,
  type TokenReach,
  tokenReach,
} from './access/caller.ts'
import { changeToken } from './access/change-token.ts'
import { refuseMoreTokens } from './access/growth-limits.ts'
import { isOwnName } from './access/people.ts'
import { withoutSessions } from './access/sessions.ts'
import { isValid } from './access/token-directory.ts'
import { newTokenSecret, tokenHash } from './access/token-secret.ts'
import { notFound, Problem } from './http/problem.ts'
import { defineRoute } from './route/route.ts'
import type { Services } from './services.ts'

/** The last moment that ISO 8601 can write with a year of four digits. */
const lastExpiry = Date.UTC(10_000, 0) - 1

const viewOf = ({ hash: _, ...record }: TokenRecord): TokenView => record

export const listTokens = defineRoute({
  method: 'GET',
  path: '/v1/tokens',
  summary: "All tokens whose features are within those of the caller's token, without their secrets",
  scopes: ['admin'],
  answers: { 200: { description: 'Oldest first.', schema: z.object({ tokens: z.array(tokenViewSchema) }) } },
  async handle({ caller }, { store, environments }) {
    const visible = (await store.tokens()).filter((record) => maySeeToken(caller, record, environments))
    const tokens = visible.sort((a, b) => a.createdAt - b.createdAt)
    return { status: 200, body: { tokens: tokens.map(viewOf) } }
  },
})

const newTokenSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .refine((name) => !isTokenId(name), { error: 'must not be written like the id of a token' })
    .refine((name) => !isOwnName(name), { error: 'is how the log calls the server itself' }),
  scopes: z.array(z.enum(scopes)).min(1),
  features: z.array(featureField).min(1).nullable().default(null),
  environments: z.array(environmentNameSchema).min(1).exactOptional().meta({
    description:
      'Only these environments; a token with the scope client is for one alone. Absent: all, and with the scope client the last one.',
  }),
  expiresAt: z
    .union([z.iso.datetime({ offset: true }).transform(Date.parse), z.int()])
    .pipe(z.int().max(lastExpiry, 'must lie before the year 10000'))
    .nullable()
    .default(null)
    .meta({ description: 'ISO 8601, or ms since the epoch.' }),
})

/** What a token is made of, as a request says it. */
export type NewToken = z.input<typeof newTokenSchema>

export const createToken = defineRoute({
  method: 'POST',
  path: '/v1/tokens',
  summary: 'Create a token. Its secret is shown only once',
  scopes: ['admin'],
  body: newTokenSchema,
  answers: { 201: { description: 'Keep the token: only its hash is stored.', schema: created() } },
  async handle({ body, caller }, services) {
    const { clock, randomBytes, environments } = services
    refuseUnknownEnvironments(caller, body, environments)
    refuseFurtherReach(caller, tokenReach(body, environments), environments)
    const now = clock.now()
    if (body.expiresAt !== null && body.expiresAt <= now) {
      const detail = 'expiresAt lies in the past.'
      throw new Problem({
        status: 400,
        code: 'invalid-request',
        detail,
        errors: [{ path: '/expiresAt', message: detail }],
      })
    }
    await refuseMoreTokens(services)
    const token = newTokenSecret(randomBytes)
    const record: TokenRecord = {
      ...body,
      id: `t-${Buffer.from(randomBytes(6)).toString('hex')}`,
      hash: tokenHash(token),
      expiresAt: noLater(body.expiresAt, await expiryOf(caller, services)),
      createdAt: now,
      revokedAt: null,
      madeBy: caller.tokenId,
    }
    await changeToken(services.store, record.id, () => record, { action: 'token.create', at: now, caller })
    return { status: 201, body: { token, record: viewOf(record) } }
  },
})

/**
 * @throws Problem 400 for environments that there are not, and for an application in several; 403 where the caller may
 * not see which there are
 */
function refuseUnknownEnvironments(
  caller: Caller,
  { scopes, environments = [] }: Pick<TokenRecord, 'scopes' | 'environments'>,
  names: Environments,
): void {
  const unknown = environments.find((name) => !names.includes(name))
  if (unknown !== undefined && !seesAllEnvironments(caller, names)) throw furtherEnvironments(caller, names)
  if (unknown !== undefined)
    throw oddEnvironments(
      names.length === 0
        ? `There is no environment "${unknown}": this control plane has none (server.environments in its sluice.yaml).`
        : `There is no environment "${unknown}": there are ${environmentsText(names)}.`,
    )
  if (scopes.includes('client') && environments.length > 1)
    throw oddEnvironments('An application (client) runs in one environment: make a token for each.')
}

function oddEnvironments(detail: string): Problem {
  const errors = [{ path: '/environments', message: detail }]
  return new Problem({ status: 400, code: 'invalid-request', detail, errors })
}

/**
 * A token that is limited to features or environments can only make tokens for some of these.
 * @throws Problem 403
 */
function refuseFurtherReach(caller: Caller, wanted: TokenReach, names: Environments): void {
  if (covers(caller, wanted)) return
  if (covers({ ...caller, features: null }, wanted)) throw furtherFeatures(caller)
  throw furtherEnvironments(caller, names)
}

function furtherEnvironments(caller: Caller, names: Environments): Problem {
  const own = environmentsText(
    names.filter((name) => caller.environments.includes(keyEnvironment(name, names) ?? null)),
  )
  const detail = `The token "${caller.name}" is only for ${own}: a token that it makes must be limited to that (environments).`
  return new Problem({ status: 403, code: 'environment-not-allowed', detail })
}

function furtherFeatures(caller: Caller): Problem {
  const own = caller.features?.join(', ')
  const detail = `The token "${caller.name}" is only for ${own}: a token that it makes must be limited to some of these features.`
  return new Problem({ status: 403, code: 'feature-not-allowed', detail })
}

/** When the caller's token expires. A token that it makes expires no later. */
async function expiryOf({ tokenId }: Caller, { store }: Services): Promise<number | null> {
  return (await store.tokens()).find(({ id }) => id === tokenId)?.expiresAt ?? null
}

function noLater(wanted: number | null, last: number | null): number | null {
  if (wanted === null || last === null) return wanted ?? last
  return Math.min(wanted, last)
}

function created() {
  return z.object({ token: z.string(), record: tokenViewSchema })
}

export const revokeToken = defineRoute({
  method: 'DELETE',
  path: '/v1/tokens/{id}',
  summary: 'Revoke a token; its open streams end within 5 s',
  scopes: ['admin'],
  params: z.object({ id: z.string().max(100) }),
  answers: { 200: { description: 'Revoked, or already so.', schema: tokenViewSchema } },
  async handle({ params, caller }, { store, clock, environments }) {
    const at = clock.now()
    const visibleTo = visible(caller, params.id, environments)
    const revoke = (stored: TokenRecord | undefined) => {
      const record = visibleTo(stored)
      return record.revokedAt === null ? { ...record, revokedAt: at } : undefined
    }
    const left = await changeToken(store, params.id, revoke, { action: 'token.revoke', at, caller })
    return { status: 200, body: viewOf(visibleTo(left)) }
  },
})

export const reinstateToken = defineRoute({
  method: 'POST',
  path: '/v1/tokens/{id}/reinstate',
  summary: 'Let a person who was revoked sign in by the identity provider again',
  scopes: ['admin'],
  params: z.object({ id: z.string().max(100) }),
  answers: { 200: { description: 'Let in again, or never revoked.', schema: tokenViewSchema } },
  async handle({ params, caller }, { store, clock, environments }) {
    const visibleTo = visible(caller, params.id, environments)
    const reinstate = (stored: TokenRecord | undefined) => {
      const record = visibleTo(stored)
      if (record.revokedAt === null) return undefined
      if (!record.person) throw stays(record)
      return withoutSessions({ ...record, revokedAt: null })
    }
    const act = { action: 'token.reinstate', at: clock.now(), caller } as const
    const left = await changeToken(store, params.id, reinstate, act)
    return { status: 200, body: viewOf(visibleTo(left)) }
  },
})

/** What finds a token that the caller may see, and throws Problem 404 for any other. */
function visible(caller: Caller, id: string, names: Environments): (record: TokenRecord | undefined) => TokenRecord {
  return (record) => {
    if (record && maySeeToken(caller, record, names)) return record
    throw notFound(`There is no token ${id}.`)
  }
}

/** Somebody may hold its secret, which is why it was revoked. */
function stays({ name }: TokenRecord): Problem {
  const detail = `The token "${name}" stays revoked, since it has a secret: create another one. Only people of an identity provider can be let in again.`
  return new Problem({ status: 409, code: 'stays-revoked', detail })
}

const leastLength = 16

/**
 * Stores the token of `SLUICE_ADMIN_TOKEN`, unless it is known. Returns whether any token that has a secret is valid.
 * @throws SluiceError `invalid-input` if it is too short, or was revoked
 */
export async function seedAdmin(store: Store, clock: Clock, secret: string | undefined): Promise<boolean> {
  const now = clock.now()
  if (secret) {
    if (secret.length < leastLength || /\s/.test(secret))
      throw fault(`must be at least ${leastLength} characters without spaces: try "openssl rand -hex 32"`)
    const hash = tokenHash(secret)
    const known = await store.tokenByHash(hash)
    if (known && !isValid(known, now)) throw fault('was revoked: set a new one, or none')
    const limits = { scopes: ['admin' as const], features: null, expiresAt: null, revokedAt: null, madeBy: null }
    const token = { id: seedTokenId(hash), name: 'SLUICE_ADMIN_TOKEN', hash, createdAt: now, ...limits }
    const act = { action: 'token.seed', at: now, caller: { name: 'sluice', tokenId: null } } as const
    if (!known) await changeToken(store, token.id, (stored) => (stored ? undefined : token), act)
  }
  return (await store.tokens()).some((token) => token.person === undefined && isValid(token, now))
}

function fault(message: string): SluiceError {
  return new SluiceError('invalid-input', `SLUICE_ADMIN_TOKEN ${message}`)
}
