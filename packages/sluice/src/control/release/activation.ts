import type { Activation, FeatureState } from '../../records/feature.ts'
import { dayMs } from '../../time-units.ts'

const remembered = 100

/** A version that was active for so long, in ms, and was then replaced in the usual way has made good. */
const provenMs = dayMs

/**
 * Everybody gets `version` from `at` on; `ended` says how the time of the one before ended. A promotion, or a day as
 * the active one that ended without an incident, makes up for an earlier rollback.
 */
export function withActive(
  state: FeatureState,
  version: string,
  how: { at: number; ended: 'replaced' | 'rolledBack'; promoted: boolean },
): FeatureState {
  const { at, ended, promoted } = how
  const last = state.history.at(-1)
  const madeGood =
    ended === 'replaced' && last?.until === null && at - last.since >= provenMs ? last.version : undefined
  const good = [...(promoted ? [version] : []), ...(madeGood === undefined ? [] : [madeGood])]
  const closed = state.history.map((entry) => (entry.until === null ? { ...entry, until: at, ended } : entry))
  const opened: Activation = { version, since: at, until: null, ended: null, promoted }
  const rolledBack = state.rolledBack.filter((id) => !good.includes(id))
  return { ...state, active: version, history: [...closed, opened].slice(-remembered), rolledBack }
}

/** `version` is no version to go back to from now on. */
export function withRolledBack(state: FeatureState, version: string): FeatureState {
  const others = state.rolledBack.filter((id) => id !== version)
  return { ...state, rolledBack: [...others, version].slice(-remembered) }
}

/**
 * The versions to go back to, the last one first: of those that were promoted or active, each that is not marked as
 * rolled back and not the active one.
 */
export function goodVersions({ active, history, rolledBack }: FeatureState): string[] {
  const isGood = ({ version, ended }: Activation) =>
    version !== active && ended === 'replaced' && !rolledBack.includes(version)
  const found = history.filter(isGood).map(({ version }) => version)
  return [...new Set(found.reverse())]
}

/** The version to go back to; undefined where there is none. */
export function lastGood(state: FeatureState): string | undefined {
  return goodVersions(state)[0]
}
