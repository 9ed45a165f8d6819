import type { Clock } from '@sluice/client'
import type { LogDraft } from '../../records/outcome.ts'
import { loadCheckpoint, unitsId } from '../rollout/controller/rollout-checkpoint.ts'
import type { UnitRecord } from '../store/evidence-store.ts'
import type { Store } from '../store/store.ts'
import { unlessDamaged } from '../store/store-error.ts'

type Place = Pick<LogDraft, 'rolloutId' | 'unit'>

/** Which users of requests the evidence of their rollouts already has. */
export interface KnownUnits {
  of(request: Place): UnitRecord | undefined
}

/** How long the id under which evidence remembers users is cached, in ms: evidence is large and rarely begun anew. */
const cachedMs = 5000
const mostKept = 1000

/** Reads the users of the present evidence. Evidence that was begun anew has other users than before. */
export function knownUnitsIn(
  store: Pick<Store, 'checkpoint' | 'units'>,
  clock: Pick<Clock, 'now'>,
): (requests: readonly Place[]) => Promise<KnownUnits> {
  const ids = new Map<string, { id: string | undefined; at: number }>()

  async function idOf(rolloutId: string): Promise<string | undefined> {
    const kept = ids.get(rolloutId)
    const at = clock.now()
    if (kept && Math.abs(at - kept.at) < cachedMs) return kept.id
    if (ids.size >= mostKept) ids.clear()
    const id = await readId(rolloutId)
    ids.set(rolloutId, { id, at })
    return id
  }

  /** Undefined if the evidence cannot be read. It will be made anew, and until then no user is known. */
  async function readId(rolloutId: string): Promise<string | undefined> {
    return unlessDamaged(async () => unitsId(rolloutId, (await loadCheckpoint(store, rolloutId))?.checkpoint ?? {}))
  }

  return async (requests) => {
    const known = new Map<string, ReadonlyMap<string, UnitRecord>>()
    for (const [rolloutId, those] of Map.groupBy(requests, ({ rolloutId }) => rolloutId)) {
      const id = rolloutId === null ? undefined : await idOf(rolloutId)
      const units = those.flatMap(({ unit }) => unit ?? [])
      if (rolloutId !== null && id !== undefined) known.set(rolloutId, await store.units(id, units))
    }
    return { of: ({ rolloutId, unit }) => known.get(rolloutId ?? '')?.get(unit ?? '') }
  }
}
