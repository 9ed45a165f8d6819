import { z } from 'zod'
import { scopes, type TokenRecord } from '../../store/token-store.ts'
import { commitToken } from '../access/commit-token.ts'
import { newTokenSecret, tokenHash } from '../access/token-secret.ts'
import { notFound, Problem } from '../http/problem.ts'
import { defineRoute } from '../http/route.ts'
import { featureName } from '../wire/names.ts'

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
  summary: 'All tokens, without their secrets',
  scopes: ['admin'],
  answers: { 200: { description: 'Oldest first.', schema: z.object({ tokens: z.array(tokenView) }) } },
  async handle(_, { store }) {
    const tokens = (await store.tokens()).sort((a, b) => a.createdAt - b.createdAt)
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
      .nullable()
      .default(null)
      .meta({ description: 'ISO 8601, or ms since the epoch.' }),
  }),
  answers: { 201: { description: 'Keep the token: only its hash is stored.', schema: created() } },
  async handle({ body, caller }, plane) {
    const { clock, randomBytes } = plane
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
    const token = newTokenSecret(randomBytes)
    const record: TokenRecord = {
      ...body,
      id: `t-${Buffer.from(randomBytes(6)).toString('hex')}`,
      hash: tokenHash(token),
      createdAt: now,
      revokedAt: null,
    }
    await commitToken(plane.store, record, { action: 'token.create', at: now, caller })
    return { status: 201, body: { token, record: viewOf(record) } }
  },
})

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
    if (!record) throw notFound(`There is no token ${params.id}.`)
    if (record.revokedAt !== null) return { status: 200, body: viewOf(record) }
    const revoked = { ...record, revokedAt: clock.now() }
    await commitToken(store, revoked, { action: 'token.revoke', at: revoked.revokedAt, caller })
    return { status: 200, body: viewOf(revoked) }
  },
})
