import { z } from 'zod'
import type { AuditHead } from '../../../../records/audit-row.ts'
import { featureField } from '../../../../records/names.ts'
import type { ReleaseStore } from '../../../store/release-store.ts'
import { maySee } from '../../access/caller.ts'
import { notFound } from '../../http/problem.ts'
import type { Viewer } from '../page-route.ts'

/** The chain `_system` holds changes of tokens, which belong to no feature. */
export const chainParams = z.object({ chain: z.union([featureField, z.literal('_system')]) })

/** @throws Problem 404, for a chain that the viewer may not see as for one that is not there */
export async function visibleHead(
  chain: string,
  viewer: Pick<Viewer, 'features'>,
  { store }: { store: ReleaseStore },
): Promise<AuditHead | null> {
  const head = maySee(viewer, chain) ? await store.auditHead(chain) : null
  if (head === null && (chain !== '_system' || viewer.features !== null))
    throw notFound('There is no such audit log, or this token may not see it.')
  return head
}
