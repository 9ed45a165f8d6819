/** A unit to forget, in all features or in some. Times are in ms since the epoch. */
export interface Forgetting {
  unit: string
  /** Null: in all features. Otherwise only in these, with the rollouts that each has had. */
  features: readonly { feature: string; rolloutIds: readonly string[] }[] | null
  now: number
  /** Until then new data of the unit is dropped, too. */
  until: number
}

/** What was deleted. */
export interface Forgotten {
  contents: number
  /** How many rollouts remembered the unit. */
  memories: number
  /** Log entries by feature and rollout. */
  entries: EntriesGone[]
}

export interface EntriesGone {
  feature: string
  rolloutId: string | null
  entries: number
}

export interface ForgetStore {
  /**
   * Deletes contents, tasks, log entries and memory of a unit. Until `until` none of them is created again: data that
   * is under way, or waits in a client, is dropped when it arrives. The unit's hash is kept for this time.
   */
  forget(forgetting: Forgetting): Promise<Forgotten>
}

/** The scopes under which a forgotten unit is stored: everywhere, in a feature, in a rollout. */
export const everywhere = ''
export const forgettingOfFeature = (feature: string) => `f:${feature}`
export const forgettingOfRollout = (rolloutId: string) => `r:${rolloutId}`

export function scopesOf({ features }: Pick<Forgetting, 'features'>): string[] {
  if (features === null) return [everywhere]
  return features.flatMap(({ feature, rolloutIds }) => [
    forgettingOfFeature(feature),
    ...rolloutIds.map(forgettingOfRollout),
  ])
}

/** Counts entries by feature and rollout, in order of their names. */
export function entriesBy(rows: readonly { feature: string; rolloutId: string | null }[]): EntriesGone[] {
  const groups = Map.groupBy(rows, ({ feature, rolloutId }) => JSON.stringify([feature, rolloutId]))
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...more]]) => {
      return first ? [{ feature: first.feature, rolloutId: first.rolloutId, entries: 1 + more.length }] : []
    })
}
