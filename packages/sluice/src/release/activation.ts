import type { Activation, FeatureState } from './feature-state.ts'

const remembered = 100

/** Everybody gets `version` from `at` on; `ended` says how the time of the one before ended. */
export function withActive(
  state: FeatureState,
  version: string,
  how: { at: number; ended: 'replaced' | 'rolledBack'; promoted: boolean },
): FeatureState {
  const { at, ended, promoted } = how
  const closed = state.history.map((entry) => (entry.until === null ? { ...entry, until: at, ended } : entry))
  const opened: Activation = { version, since: at, until: null, ended: null, promoted }
  return { ...state, active: version, history: [...closed, opened].slice(-remembered) }
}

/** `version` is no version to go back to from now on. */
export function withRolledBack(state: FeatureState, version: string): FeatureState {
  const others = state.rolledBack.filter((id) => id !== version)
  return { ...state, rolledBack: [...others, version].slice(-remembered) }
}

/**
 * The version to go back to: of those that were promoted or active, the last that was never rolled back and is not
 * the active one. Undefined where there is none.
 */
export function lastGood({ active, history, rolledBack }: FeatureState): string | undefined {
  const isGood = ({ version, ended }: Activation) =>
    version !== active && ended === 'replaced' && !rolledBack.includes(version)
  return history.findLast(isGood)?.version
}
