import { Readable } from 'node:stream'
import { z } from 'zod'
import { addressField, type Environments } from '../../core/suite/config/environments.ts'
import { type AuditRow, auditHeadSchema, auditRowSchema } from '../../records/audit-row.ts'
import { readers } from '../../records/token-scopes.ts'
import { visibleJson } from '../../text/untrusted.ts'
import { systemChain } from '../release/audit.ts'
import type { ReleaseStore } from '../store/release-store.ts'
import { type Caller, hasScope, maySee, maySeeAll, refuseOtherFeature, type TokenReach } from './access/caller.ts'
import { Problem } from './http/problem.ts'
import { securityHeaders } from './http/security-headers.ts'
import { queryNumber } from './route/fields.ts'
import { defineRoute } from './route/route.ts'

const most = 1000

const chain = z.union([addressField, z.literal(systemChain)])

/**
 * Whether somebody may see the log of a feature by its key, or of what belongs to none. That tells of all tokens, so it
 * is for whoever may list them; and whole, since its chain is verified by each row.
 */
export function maySeeChain(reader: Pick<Caller, 'scopes'> & TokenReach, chain: string, names: Environments): boolean {
  return chain === systemChain ? hasScope(reader, ['admin']) && maySeeAll(reader, names) : maySee(reader, chain)
}

function notTheirs(caller: Caller): Problem {
  const { name } = caller
  if (!hasScope(caller, ['admin']))
    return new Problem({
      status: 403,
      code: 'scope-missing',
      detail: `The token "${name}" lacks the scope admin, and ${systemChain} tells of all tokens.`,
    })
  const detail = `The token "${name}" is limited to some features or environments, and ${systemChain} is about all of them.`
  return new Problem({ status: 403, code: 'feature-not-allowed', detail })
}

export const showAudit = defineRoute({
  method: 'GET',
  path: '/v1/features/{feature}/audit',
  summary: 'Who changed what, and why: append-only, hash-chained; all of it as application/x-ndjson',
  scopes: [...readers, 'ci'],
  params: z.object({ feature: chain }),
  query: z.object({
    after: queryNumber({ min: 0, max: Number.MAX_SAFE_INTEGER, preset: 0 }),
    limit: queryNumber({ min: 1, max: most, preset: 100 }),
  }),
  answers: {
    200: {
      description: 'Rows with a greater seq, in order; head is what the last row of the chain must be.',
      schema: z.object({
        rows: z.array(auditRowSchema),
        head: auditHeadSchema.nullable(),
      }),
      types: ['application/x-ndjson'],
    },
  },
  async handle({ request, params, query, caller }, { store, environments }) {
    if (params.feature !== systemChain) refuseOtherFeature(caller, params.feature)
    else if (!maySeeChain(caller, systemChain, environments)) throw notTheirs(caller)
    if (request.headers.get('accept')?.includes('application/x-ndjson')) return exportedChain(store, params.feature)
    const [rows, head] = await Promise.all([store.audit(params.feature, query), store.auditHead(params.feature)])
    return { status: 200, body: { rows, head } }
  },
})

/**
 * One line per row, then a line with the head of the chain. This is enough to verify the chain without the server. What
 * would hide or turn text where the lines are read is written as an escape: the rows are the same.
 */
export function exportedChain(store: ReleaseStore, chain: string, headers: Record<string, string> = {}): Response {
  const body = Readable.toWeb(Readable.from(lines(store, chain), { objectMode: false }))
  return new Response(body as ReadableStream, {
    headers: { ...securityHeaders, 'content-type': 'application/x-ndjson', ...headers },
  })
}

async function* lines(store: ReleaseStore, chain: string): AsyncGenerator<string> {
  const head = await store.auditHead(chain)
  let after = 0
  for (let rows = await page(store, chain, after); rows.length > 0; rows = await page(store, chain, after)) {
    const wanted = rows.filter(({ seq }) => seq <= (head?.seq ?? 0))
    yield wanted.map((row) => `${visibleJson(JSON.stringify(row))}\n`).join('')
    if (wanted.length < rows.length) break
    after = rows.at(-1)?.seq ?? after
  }
  yield `${JSON.stringify({ head, chain })}\n`
}

function page(store: ReleaseStore, chain: string, after: number): Promise<AuditRow[]> {
  return store.audit(chain, { after, limit: most })
}
