import { z } from 'zod'
import { scopes, type TokenRecord } from '../../store/token-store.ts'
import { type Caller, covers } from '../access/caller.ts'
import { commitToken } from '../access/commit-token.ts'
import { refuseMoreTokens } from '../access/growth.ts'
import { newTokenSecret, tokenHash } from '../access/token-secret.ts'
import { notFound, Problem } from '../http/problem.ts'
import { defineRoute } from '../http/route.ts'
import type { Plane } from '../plane.ts'
import { featureName } from '../wire/names.ts'

/** The last moment that dates are written for everywhere. */
const lastExpiry = Date.UTC(10_000, 0) - 1

const time = z.number().meta({ description: 'ms since the epoch' })

const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  features: z.array(z.string()).nullable().meta({ description: 'Null: all.' }),
  createdAt: time,
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
})

const viewOf = ({ hash: _, ...record }: TokenRecord): z.infer<typeof tokenView> => record

export const listTokens = defineRoute({
  method: 'GET',
  path: '/v1/tokens',
  summary: 'All tokens that reach no further than the one that asks, without their secrets',
  scopes: ['admin'],
  answers: { 200: { description: 'Oldest first.', schema: z.object({ tokens: z.array(tokenView) }) } },
  async handle({ caller }, { store }) {
    const visible = (await store.tokens()).filter(({ features }) => covers(caller, features))
    const tokens = visible.sort((a, b) => a.createdAt - b.createdAt)
    return { status: 200, body: { tokens: tokens.map(viewOf) } }
  },
})

export const createToken = defineRoute({
  method: 'POST',
  path: '/v1/tokens',
  summary: 'A new token, which is shown this once',
  scopes: ['admin'],
  body: z.strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(z.enum(scopes)).min(1),
    features: z.array(featureName).min(1).nullable().default(null),
    expiresAt: z
      .union([z.iso.datetime({ offset: true }).transform(Date.parse), z.int()])
      .pipe(z.int().max(lastExpiry, 'must lie before the year 10000'))
      .nullable()
      .default(null)
      .meta({ description: 'ISO 8601, or ms since the epoch.' }),
  }),
  answers: { 201: { description: 'Keep the token: only its hash is stored.', schema: created() } },
  async handle({ body, caller }, plane) {
    const { clock, randomBytes } = plane
    refuseFurtherReach(caller, body.features)
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
    await refuseMoreTokens(plane)
    const token = newTokenSecret(randomBytes)
    const record: TokenRecord = {
      ...body,
      id: `t-${Buffer.from(randomBytes(6)).toString('hex')}`,
      hash: tokenHash(token),
      expiresAt: noLater(body.expiresAt, await expiryOf(caller, plane)),
      createdAt: now,
      revokedAt: null,
    }
    await commitToken(plane.store, record, { action: 'token.create', at: now, caller })
    return { status: 201, body: { token, record: viewOf(record) } }
  },
})

/**
 * A token of an admin with limits has no wider ones.
 * @throws Problem 403
 */
function refuseFurtherReach(caller: Caller, features: readonly string[] | null): void {
  if (covers(caller, features)) return
  const own = caller.features?.join(', ')
  const detail = `The token "${caller.name}" is only for ${own}: a token that it makes must name features among these.`
  throw new Problem({ status: 403, code: 'feature-not-allowed', detail })
}

/** When the token that asks ends: one that it makes ends no later. */
async function expiryOf({ tokenId }: Caller, { store }: Plane): Promise<number | null> {
  return (await store.tokens()).find(({ id }) => id === tokenId)?.expiresAt ?? null
}

function noLater(wanted: number | null, last: number | null): number | null {
  if (wanted === null || last === null) return wanted ?? last
  return Math.min(wanted, last)
}

function created() {
  return z.object({ token: z.string(), record: tokenView })
}

export const revokeToken = defineRoute({
  method: 'DELETE',
  path: '/v1/tokens/{id}',
  summary: 'Refuse a token from now on; its open streams end within 5 s',
  scopes: ['admin'],
  params: z.object({ id: z.string().max(100) }),
  answers: { 200: { description: 'Revoked, or already so.', schema: tokenView } },
  async handle({ params, caller }, { store, clock }) {
    const record = (await store.tokens()).find(({ id }) => id === params.id)
    if (!record || !covers(caller, record.features)) throw notFound(`There is no token ${params.id}.`)
    if (record.revokedAt !== null) return { status: 200, body: viewOf(record) }
    const revoked = { ...record, revokedAt: clock.now() }
    await commitToken(store, revoked, { action: 'token.revoke', at: revoked.revokedAt, caller })
    return { status: 200, body: viewOf(revoked) }
  },
})
