import { setImmediate as turn } from 'node:timers/promises'
import type { AuditHead } from '../../../../records/audit-row.ts'
import { verificationPage } from '../../../pages/audit.ts'
import { type ChainVerdict, verifyChain } from '../../../release/audit-chain.ts'
import type { ReleaseStore } from '../../../store/release-store.ts'
import { defineOwnPage } from '../page-route.ts'
import { chainParams, visibleHead } from './visible-chain.ts'

const rowsAtOnce = 200

interface Verification {
  verdict: ChainVerdict
  head: AuditHead | null
  at: number
}

/** Who asks while a chain is being verified gets the same result, since all of its rows are read. */
const underWay = new WeakMap<ReleaseStore, Map<string, Promise<Verification>>>()

/** Made anew at each request and not at each change. */
export const showVerification = defineOwnPage({
  path: '/audit/{chain}/verification',
  params: chainParams,
  async show({ params: { chain }, caller }, services) {
    const { store, clock } = services
    await visibleHead(chain, caller, services)
    const all = underWay.get(store) ?? new Map<string, Promise<Verification>>()
    underWay.set(store, all)
    const found = all.get(chain) ?? verification(chain, store, clock.now()).finally(() => all.delete(chain))
    all.set(chain, found)
    return verificationPage({ chain, ...(await found) })
  },
})

async function verification(chain: string, store: ReleaseStore, at: number): Promise<Verification> {
  // The head is read before the rows, so that what is written meanwhile is no fault.
  const head = await store.auditHead(chain)
  return { head, at, verdict: head ? await verified(chain, head, store) : { ok: true, rows: 0 } }
}

/** A part at a time, so that others are served meanwhile. */
async function verified(chain: string, head: AuditHead, store: ReleaseStore): Promise<ChainVerdict> {
  let last: AuditHead | undefined
  let count = 0
  for (;;) {
    const rows = await store.audit(chain, { after: last?.seq ?? 0, limit: rowsAtOnce })
    const isEnd = rows.length === 0 || (rows.at(-1)?.seq ?? 0) >= head.seq
    const verdict = verifyChain(rows, isEnd ? head : null, last)
    if (!verdict.ok) return verdict
    count += verdict.rows
    if (isEnd) return { ok: true, rows: count }
    last = rows.at(-1)
    await turn()
  }
}
