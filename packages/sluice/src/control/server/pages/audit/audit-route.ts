import { z } from 'zod'
import { shownKey } from '../../../../core/suite/config/environments.ts'
import type { AuditHead, AuditRow } from '../../../../records/audit-row.ts'
import { readers } from '../../../../records/token-scopes.ts'
import { dayMs } from '../../../../time-units.ts'
import { type AuditFilter, auditPage } from '../../../pages/audit.ts'
import { systemChain } from '../../../release/audit.ts'
import type { ReleaseStore } from '../../../store/release-store.ts'
import { auditedVersions } from '../../../words/audit-text.ts'
import { exportedChain } from '../../audit.ts'
import { notFound } from '../../http/problem.ts'
import type { Services } from '../../services.ts'
import { definePage, type PageRoute } from '../page-route.ts'
import { chainParams, visibleHead } from './visible-chain.ts'

const day = z
  .union([z.literal(''), z.iso.date()])
  .default('')
  .catch('')
const part = z.string().max(200).default('').catch('')

const rowsOfPage = 25
/** So many rows are looked at for one page. */
const mostSearched = 2000
const rowsAtOnce = 200

export const showAuditPage = definePage({
  path: '/audit/{chain}',
  params: chainParams,
  query: z.object({
    ...{ act: part, actor: part, from: day, until: day },
    before: z.coerce.number().int().min(1).nullable().default(null).catch(null),
  }),
  async show({ params: { chain }, query, viewer }, services) {
    const head = await visibleHead(chain, viewer, services)
    const found = head ? await search(chain, query, { store: services.store, head }) : nothing
    return auditPage({
      chain: chain === systemChain ? chain : shownKey(chain, services.environments),
      filter: query,
      head,
      ...found,
      now: services.clock.now(),
      labels: await labelsIn(chain, found.rows, services),
    })
  },
})

async function labelsIn(
  chain: string,
  rows: readonly AuditRow[],
  { kept }: Pick<Services, 'kept'>,
): Promise<Map<string, string>> {
  const ids = [...new Set(rows.flatMap(auditedVersions))]
  const versions = await Promise.all(ids.map((id) => kept.version(chain, id)))
  return new Map(
    versions.flatMap((one): [string, string][] => (one?.content.label ? [[one.id, one.content.label]] : [])),
  )
}

interface Found {
  rows: AuditRow[]
  searchedTo: number | null
  unreadable: number
}

const nothing: Found = { rows: [], searchedTo: null, unreadable: 0 }

/** From the newest row back, so many rows at once, until a page is full or enough was looked at. */
async function search(
  chain: string,
  filter: AuditFilter,
  { store, head }: { store: ReleaseStore; head: AuditHead },
): Promise<Found> {
  const found: Found = { ...nothing, rows: [] }
  const first = Math.min(filter.before ?? Number.POSITIVE_INFINITY, head.seq + 1)
  const least = Math.max(1, first - mostSearched)
  for (let before = first; before > least; ) {
    const after = Math.max(0, before - 1 - rowsAtOnce)
    const rows = (await store.audit(chain, { after, limit: before - 1 - after })).filter(({ seq }) => seq < before)
    for (let seq = before - 1, held = rows.pop(); seq > after; seq -= 1) {
      found.searchedTo = seq
      if (held?.seq !== seq) {
        found.unreadable += 1
        continue
      }
      if (matches(held, filter)) found.rows.push(held)
      held = rows.pop()
      if (found.rows.length >= rowsOfPage) return found
    }
    before = after + 1
  }
  return found
}

function matches({ action, actor, at }: AuditRow, filter: AuditFilter): boolean {
  const holds = (text: string, wanted: string) => text.toLowerCase().includes(wanted.toLowerCase())
  return (
    holds(action, filter.act) &&
    holds(actor, filter.actor) &&
    (filter.from === '' || at >= Date.parse(filter.from)) &&
    (filter.until === '' || at < Date.parse(filter.until) + dayMs)
  )
}

export const exportAudit: PageRoute = {
  method: 'GET',
  path: '/audit/{chain}/export',
  scopes: readers,
  async respond({ params: given, caller }, services) {
    const { chain } = chainParams.safeParse(given).data ?? {}
    if (chain === undefined) throw notFound('There is no such page.')
    await visibleHead(chain, caller, services)
    const headers = { 'content-disposition': `attachment; filename="sluice-audit-${chain}.jsonl"` }
    return exportedChain(services.store, chain, headers)
  },
}
