import type { FeatureState } from '../../release/feature-state.ts'
import type { Rollout } from '../../release/rollout.ts'

/** Rollouts that outcomes may name, by id: the last one of each feature, and those before it that are remembered. */
export type KnownRollouts = ReadonlyMap<string, Pick<Rollout, 'feature' | 'salt'>>

const found = new WeakMap<readonly FeatureState[], KnownRollouts>()

/** Made once for each state of the releases, since every batch asks. */
export function knownRollouts(states: readonly FeatureState[]): KnownRollouts {
  const before = found.get(states)
  if (before) return before
  const all = states.flatMap(({ rollout, pastRollouts }) => (rollout ? [...pastRollouts, rollout] : pastRollouts))
  const rollouts = new Map(all.map((rollout) => [rollout.id, rollout]))
  found.set(states, rollouts)
  return rollouts
}
