import { shownKey } from '../../../core/suite/config/environments.ts'
import type { AuditRow } from '../../../records/audit-row.ts'
import type { FeatureState } from '../../../records/feature.ts'
import { appliedPage } from '../../pages/applied.ts'
import type { NamedVersion } from '../../pages/elements.ts'
import { actionText, changedVersion } from '../../release/audit.ts'
import { runningRollout } from '../../release/transition.ts'
import { hasScope } from '../access/caller.ts'
import { knownRow, reportersFor } from '../rollouts/who-reports.ts'
import { ofFeature } from '../route/fields.ts'
import type { Services } from '../services.ts'
import { acknowledgementsOf } from './acknowledgement-cells.ts'
import { definePage } from './page-route.ts'
import { namedVersion, visibleFeature } from './visible-feature.ts'

export const showApplied = definePage({
  path: '/features/{feature}/applied',
  params: ofFeature,
  async show({ params, viewer }, services) {
    const state = await visibleFeature(params.feature, viewer, services)
    const { feature, active } = state
    const last = await lastChange(services, state)
    const row = last && knownRow(last, await reportersFor(viewer, services))
    return appliedPage({
      feature: shownKey(feature, services.environments),
      active: active === null ? null : await namedVersion(services, feature, active),
      rollout: runningRollout(state) ?? null,
      mayAct: hasScope(viewer, ['operator']),
      change: row && {
        by: row.actor,
        text: actionText(row),
        version: await versionOf(services, row),
        reason: row.reason,
        at: row.at,
      },
      grid: await acknowledgementsOf(services, state, { changedAt: row?.at ?? null, viewer }),
    })
  },
})

const rowsSearched = 20

/** The row of the change by which the state came to be. */
async function lastChange({ store }: Services, { feature, revision }: FeatureState): Promise<AuditRow | null> {
  const head = await store.auditHead(feature)
  const rows = await store.audit(feature, { after: Math.max(0, (head?.seq ?? 0) - rowsSearched) })
  return rows.find((row) => row.revision === revision) ?? null
}

async function versionOf(services: Services, row: Omit<AuditRow, 'evidence'>): Promise<NamedVersion | null> {
  const id = changedVersion(row)
  return id === null ? null : namedVersion(services, row.chain, id)
}
