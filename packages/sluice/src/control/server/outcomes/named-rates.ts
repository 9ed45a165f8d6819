import type { Clock } from '@sluice/client'
import { ppmPerWhole } from '../../../records/rollout/rollout-settings.ts'
import { dayMs } from '../../../time-units.ts'
import { captureOf } from '../../release/capture.ts'
import type { ReleaseStore } from '../../store/release-store.ts'
import type { Snapshots } from '../snapshots/snapshots.ts'

/** The capture shares that snapshots named: of which share of requests clients send the content. */
export interface NamedRates {
  /** Loads, for these features, the shares that were in force before the start. */
  load(features: Iterable<string>): Promise<void>
  /** Whether a snapshot of the last day could have named this share, in (0,1]. */
  has(feature: string, captured: number): boolean
}

/** Clients that were offline report with the share of an older snapshot. */
const rememberedMs = dayMs
const rounding = 1e-6

/**
 * A score is weighted by the share with which its request was captured, so a client must not invent a share: it must be
 * one that a snapshot named. Shares in force come from the snapshots. Shares before the start come from the versions
 * that the feature has had in production.
 */
export function createNamedRates(
  store: Pick<ReleaseStore, 'feature' | 'version'>,
  snapshots: Pick<Snapshots, 'states' | 'onLoad'>,
  clock: Pick<Clock, 'now'>,
): NamedRates {
  /** The shares of each feature in ppm, each with when it was last known to be in force. */
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
        // After a failure the past shares are read the next time. Until then only shares in force are known.
        await loading.catch(() => loaded.delete(feature))
      }
    },
    has(feature, captured) {
      const ppm = Math.round(captured * ppmPerWhole)
      if (Math.abs(captured * ppmPerWhole - ppm) > rounding) return false
      const at = named.get(feature)?.get(ppm)
      return at !== undefined && (clock.now() - at <= rememberedMs || isCurrent(feature, ppm))
    },
  }

  function isCurrent(feature: string, ppm: number): boolean {
    const capture = snapshots.states().find((state) => state.feature === feature)?.capture
    return capture?.incumbent === ppm || capture?.canary === ppm
  }
}
