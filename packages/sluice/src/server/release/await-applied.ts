import { z } from 'zod'
import type { InstanceRecord } from '../../store/instance-store.ts'
import { maySee } from '../access/caller.ts'
import type { Plane } from '../plane.ts'
import { liveInstances } from './live-instances.ts'

/** How far a change has come. */
export const appliedSchema = z.object({
  total: z.int().meta({ description: 'Live instances that the change concerns.' }),
  applied: z.int(),
  missing: z.array(z.string()).meta({ description: 'Those that have not acknowledged it yet.' }),
  elapsedMs: z.number(),
})

export type Applied = z.infer<typeof appliedSchema>

/** Between two looks: short at first, when most instances answer. */
const firstPauseMs = 10
const longestPauseMs = 200

/**
 * Waits until all live instances that may see the feature have acknowledged the revision, at most `waitMs` (ms).
 * Null where nobody wants to wait.
 */
export async function awaitApplied(
  plane: Plane,
  change: { feature: string; revision: number; waitMs: number },
): Promise<Applied | null> {
  if (change.waitMs === 0) return null
  const { clock } = plane
  const began = clock.now()
  // Counted by the pauses: the clock may step back.
  let waitedMs = 0
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    const state = await appliedNow(plane, change)
    if (state.missing.length === 0 || waitedMs >= change.waitMs)
      return { ...state, elapsedMs: Math.max(0, clock.now() - began) }
    const pause = Math.min(pauseMs, change.waitMs - waitedMs)
    await new Promise<void>((resolve) => clock.setTimer(resolve, pause))
    waitedMs += pause
  }
}

async function appliedNow(
  plane: Plane,
  { feature, revision }: { feature: string; revision: number },
): Promise<Omit<Applied, 'elapsedMs'>> {
  const concerned = await concernedInstances(plane, feature)
  const has = (instance: InstanceRecord) => instance.epoch === plane.store.epoch && instance.revision >= revision
  const missing = concerned.filter((instance) => !has(instance)).map(({ instance }) => instance)
  return { total: concerned.length, applied: concerned.length - missing.length, missing }
}

async function concernedInstances(plane: Plane, feature: string): Promise<InstanceRecord[]> {
  const [live, tokens] = await Promise.all([liveInstances(plane), plane.store.tokens()])
  const seeing = new Set(tokens.filter((token) => maySee(token, feature)).map(({ id }) => id))
  return live.filter(({ tokenId }) => tokenId !== null && seeing.has(tokenId))
}
