import { z } from 'zod'
import { addressField } from '../../../../core/suite/config/environments.ts'
import type { AuditHead } from '../../../../records/audit-row.ts'
import { systemChain } from '../../../release/audit.ts'
import { maySeeChain } from '../../audit.ts'
import { notFound } from '../../http/problem.ts'
import type { Services } from '../../services.ts'
import type { Viewer } from '../page-route.ts'

export const chainParams = z.object({ chain: z.union([addressField, z.literal(systemChain)]) })

/** @throws Problem 404, for a chain that the viewer may not see as for one that is not there */
export async function visibleHead(
  chain: string,
  viewer: Viewer,
  { store, environments }: Pick<Services, 'store' | 'environments'>,
): Promise<AuditHead | null> {
  const isVisible = maySeeChain(viewer, chain, environments)
  const head = isVisible ? await store.auditHead(chain) : null
  if (head === null && (chain !== systemChain || !isVisible))
    throw notFound('There is no such audit log, or this token may not see it.')
  return head
}
