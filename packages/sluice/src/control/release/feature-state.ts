import type { FeatureState } from '../../records/feature.ts'

/** A feature of which nothing is known yet. */
export function newFeature(feature: string): FeatureState {
  return {
    feature,
    revision: 0,
    active: null,
    history: [],
    rolledBack: [],
    takenBack: null,
    rollout: null,
    pastRollouts: [],
    capture: null,
    live: null,
  }
}
