import { z } from 'zod'
import { addressField } from '../../../../core/suite/config/environments.ts'
import type { AuditHead } from '../../../../records/audit-row.ts'
import type { ReleaseStore } from '../../../store/release-store.ts'
import { maySee, type TokenReach } from '../../access/caller.ts'
import { notFound } from '../../http/problem.ts'

/** The chain `_system` holds changes of tokens, which belong to no feature. */
export const chainParams = z.object({ chain: z.union([addressField, z.literal('_system')]) })

/** @throws Problem 404, for a chain that the viewer may not see as for one that is not there */
export async function visibleHead(
  chain: string,
  viewer: TokenReach,
  { store }: { store: ReleaseStore },
): Promise<AuditHead | null> {
  const head = maySee(viewer, chain) ? await store.auditHead(chain) : null
  if (head === null && (chain !== '_system' || !maySee(viewer, chain)))
    throw notFound('There is no such audit log, or this token may not see it.')
  return head
}
