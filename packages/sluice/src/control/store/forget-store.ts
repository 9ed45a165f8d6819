/** Whom to forget: a unit by its hash, in all features or in some. Times in ms since the epoch. */
export interface Forgetting {
  unit: string
  /** Null: everywhere. Else these alone, with the rollouts that each has had. */
  features: readonly { feature: string; rolloutIds: readonly string[] }[] | null
  now: number
  /** Until then what still arrives of the unit is not kept either. */
  until: number
}

/** What was deleted. */
export interface Forgotten {
  contents: number
  /** Rollouts that remembered the unit. */
  memories: number
  /** Entries of the log, by feature and rollout. */
  entries: EntriesGone[]
}

export interface EntriesGone {
  feature: string
  rolloutId: string | null
  entries: number
}

export interface ForgetStore {
  /**
   * Deletes contents, tasks, log entries and memory of a unit. Until `until` none of them is made anew: what is under way, or
   * waits in a client, is dropped when it arrives. The unit's hash is kept as long as that.
   */
  forget(forgetting: Forgetting): Promise<Forgotten>
}

/** Under these it is noted that a unit is forgotten: everywhere, in a feature, in a rollout. */
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

/** How many entries of which rollouts there are, in order of their names. */
export function entriesBy(rows: readonly { feature: string; rolloutId: string | null }[]): EntriesGone[] {
  const groups = Map.groupBy(rows, ({ feature, rolloutId }) => JSON.stringify([feature, rolloutId]))
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...more]]) => {
      return first ? [{ feature: first.feature, rolloutId: first.rolloutId, entries: 1 + more.length }] : []
    })
}
