import type { Clock } from '@sluice/client'
import { captureOf } from '../../release/capture.ts'
import type { ReleaseStore } from '../../store/release-store.ts'
import type { Snapshots } from '../snapshots/snapshots.ts'

/** The shares of requests that snapshots told clients to send along with their content. */
export interface NamedRates {
  /** Makes sure that the shares of before the start are known of these features. */
  load(features: Iterable<string>): Promise<void>
  /** Whether a snapshot of the last day could have named this share; in (0,1]. */
  has(feature: string, captured: number): boolean
}

/** Clients that were offline report by the snapshot that they had. */
const rememberedMs = 86_400_000
const wholePpm = 1_000_000
const rounding = 1e-6

/**
 * A share weighs the scores that come of it, so a client cannot make one up: what it says must be what it was told. Shares that are
 * in force are those of the snapshots; those before the start are of the versions that the feature has had in production.
 */
export function createNamedRates(
  store: Pick<ReleaseStore, 'feature' | 'version'>,
  snapshots: Pick<Snapshots, 'states' | 'onLoad'>,
  clock: Pick<Clock, 'now'>,
): NamedRates {
  /** By feature: a share in ppm, and when it was last known to be in force. */
  const named = new Map<string, Map<number, number>>()
  const loaded = new Map<string, Promise<void>>()

  function remember(feature: string, ppm: number): void {
    const now = clock.now()
    const known = named.get(feature) ?? new Map<number, number>()
    for (const [old, at] of known) if (now - at > rememberedMs) known.delete(old)
    named.set(feature, known.set(ppm, now))
  }

  function rememberCurrent(): void {
    for (const { feature, capture } of snapshots.states())
      for (const ppm of capture ? [capture.incumbent, capture.canary] : []) remember(feature, ppm)
  }

  async function loadPast(feature: string): Promise<void> {
    const state = await store.feature(feature)
    const ids = new Set((state?.history ?? []).slice(-10).map(({ version }) => version))
    for (const rollout of state ? [...state.pastRollouts, state.rollout] : []) if (rollout) ids.add(rollout.canary)
    for (const id of ids) {
      const version = await store.version(feature, id)
      const capture = version && captureOf(version.live)
      if (capture) remember(feature, capture.incumbent)
    }
  }

  snapshots.onLoad(rememberCurrent)
  rememberCurrent()
  return {
    async load(features) {
      for (const feature of features) {
        if (!snapshots.states().some((state) => state.feature === feature)) continue
        const loading = loaded.get(feature) ?? loadPast(feature)
        loaded.set(feature, loading)
        // What cannot be read now is read the next time; until then only what is in force counts.
        await loading.catch(() => loaded.delete(feature))
      }
    },
    has(feature, captured) {
      const ppm = Math.round(captured * wholePpm)
      if (Math.abs(captured * wholePpm - ppm) > rounding) return false
      const at = named.get(feature)?.get(ppm)
      return at !== undefined && (clock.now() - at <= rememberedMs || isCurrent(feature, ppm))
    },
  }

  function isCurrent(feature: string, ppm: number): boolean {
    const capture = snapshots.states().find((state) => state.feature === feature)?.capture
    return capture?.incumbent === ppm || capture?.canary === ppm
  }
}
