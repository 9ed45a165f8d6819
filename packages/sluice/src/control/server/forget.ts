import { z } from 'zod'
import { keyOf, plainFeature } from '../../core/suite/config/environments.ts'
import { readAuditDocument } from '../../records/audit-row.ts'
import { formatAmount } from '../../text/format.ts'
import { dayMs } from '../../time-units.ts'
import { usersOfDay } from '../drift/drift-state.ts'
import { systemChain } from '../release/audit.ts'
import type { EntriesGone, Forgetting, Forgotten } from '../store/forget-store.ts'
import type { ReleaseStore } from '../store/release-store.ts'
import { StoreError } from '../store/store-error.ts'
import { type Caller, maySeeAll, type TokenReach } from './access/caller.ts'
import { defineRoute } from './route/route.ts'
import type { Services } from './services.ts'

const gone = z.object({ feature: z.string(), rolloutId: z.string().nullable(), entries: z.int() })

export const deleteUnit = defineRoute({
  method: 'DELETE',
  path: '/v1/units',
  summary: 'Delete all that is stored of a user, or whatever a unit stands for, in the features that the token may see',
  scopes: ['operator'],
  body: z.strictObject({ unit: z.string().min(1).max(1024).meta({ description: 'As given to route().' }) }),
  answers: {
    200: {
      description: 'How much was deleted.',
      schema: z.object({
        contents: z.int(),
        memories: z.int().meta({ description: 'Rollouts, and parts of the drift watch, that remembered the unit.' }),
        entries: z.array(gone).meta({ description: 'Of the log, by feature and rollout.' }),
        until: z
          .number()
          .meta({ description: 'Outcomes of the unit that arrive before this time (ms since the epoch) are dropped.' }),
      }),
    },
  },
  async handle({ body, caller }, services) {
    return { status: 200, body: await forgetUnit(services, body.unit, caller) }
  },
})

/** For this time new data of a forgotten unit is dropped. It is longer than any client or task keeps data. */
const latecomersMs = 7 * dayMs

/**
 * Deletes all that is stored of a unit in the features that the caller may see. The audit log records the request, and
 * for each feature how many entries of which rollouts were deleted, since their evidence can no longer be computed anew
 * from the log. It does not record the unit.
 */
async function forgetUnit(services: Services, unit: string, caller: Caller): Promise<Forgotten & { until: number }> {
  const { store, clock, hashUnit } = services
  const now = clock.now()
  const until = now + latecomersMs
  const keys = await keysOf(services, caller)
  const features = keys && (await Promise.all(keys.map((key) => withRollouts(store, key, now))))
  const note = { at: now, actor: caller.name, tokenId: caller.tokenId, action: 'unit.forget', before: null }
  const asked = { features: keys, until }
  await store.commit({ audit: { ...note, chain: systemChain, reason: null, after: asked, evidence: null } })
  const forgotten = await store.forget({ unit: hashUnit(unit), features, now, until })
  for (const [chain, entries] of Map.groupBy(forgotten.entries, ({ feature }) => feature))
    await store.commit({ audit: { ...note, chain, reason: wordsOf(entries), after: { entries }, evidence: null } })
  return { ...forgotten, until }
}

/** The keys of all that the caller may see; null: of all that there is. */
async function keysOf(
  { store, environments }: Services,
  { features, environments: own }: TokenReach,
): Promise<string[] | null> {
  if (maySeeAll({ features, environments: own }, environments)) return null
  const names = features ?? (await store.features()).map(({ feature }) => plainFeature(feature))
  return [...new Set(names)].flatMap((feature) => own.map((environment) => keyOf({ feature, environment })))
}

/** A feature with the names under which its users are remembered: its rollouts, and the days of the drift watch. */
async function withRollouts(
  store: ReleaseStore,
  feature: string,
  now: number,
): Promise<NonNullable<Forgetting['features']>[number]> {
  const days = [now, now - dayMs].map((time) => usersOfDay(feature, time))
  const rows = await store.audit(feature)
  if (rows.length < ((await store.auditHead(feature))?.seq ?? 0))
    throw new StoreError(
      'damaged',
      `a row of the audit log of ${feature} cannot be read, so the rollouts that remember the unit are not all known: use a token for all features`,
    )
  const starts = rows.filter(({ action }) => action === 'rollout.start')
  return {
    feature,
    rolloutIds: [...days, ...starts.flatMap(({ after }) => readAuditDocument(after).rollout?.id ?? [])],
  }
}

function wordsOf(entries: readonly EntriesGone[]): string {
  const total = entries.reduce((sum, each) => sum + each.entries, 0)
  const rollouts = entries.flatMap((each) => (each.rolloutId === null ? [] : [`${each.entries} of ${each.rolloutId}`]))
  const which =
    rollouts.length === 0 ? '' : ` (${rollouts.join(', ')}): their evidence cannot be computed again from it`
  return `a unit was forgotten; ${formatAmount(total, 'entry', 'entries')} of the log went${which}`
}
