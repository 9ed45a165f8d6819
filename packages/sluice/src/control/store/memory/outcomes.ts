import type { FeatureState } from '../../../records/feature.ts'
import type { LogDraft, LogEntry } from '../../../records/outcome.ts'
import { forgettingOfFeature } from '../forget-store.ts'
import { openRollouts } from '../open-rollouts.ts'
import { type Appended, type OutcomeLog, rolloutsOf } from '../outcome-log.ts'
import { isStorable, logRow } from '../rows/log-row.ts'
import { signal } from '../signal.ts'
import type { MemoryForgetting } from './forgetting.ts'
import { outcomeKeyText } from './key-text.ts'

export interface MemoryOutcomes extends OutcomeLog {
  /** Deletes the entries for which the condition holds. Returns them. */
  removeWhere(isUnwanted: (entry: LogEntry) => boolean): LogEntry[]
}

export function memoryOutcomes(features: () => FeatureState[], { isForgotten }: MemoryForgetting): MemoryOutcomes {
  const byKey = new Map<string, LogEntry>()
  const appends = signal<readonly string[]>()
  let log: LogEntry[] = []
  let seq = 0

  function add(draft: LogDraft): Appended {
    const { unit, feature, receivedAt } = draft
    const key = outcomeKeyText(draft)
    if (!isStorable(logRow(draft))) return 'refused'
    if (byKey.has(key) || isForgotten(unit, forgettingOfFeature(feature), receivedAt)) return 'duplicate'
    seq += 1
    const entry = { ...draft, seq }
    byKey.set(key, entry)
    log.push(entry)
    return 'accepted'
  }

  function removeWhere(isUnwanted: (entry: LogEntry) => boolean): LogEntry[] {
    const unwanted = log.filter(isUnwanted)
    for (const entry of unwanted) byKey.delete(outcomeKeyText(entry))
    if (unwanted.length > 0) log = log.filter((entry) => byKey.has(outcomeKeyText(entry)))
    return unwanted
  }

  return {
    removeWhere,
    async append(entries) {
      const results = entries.map(add)
      appends.emit(rolloutsOf(entries))
      return results
    },
    async readLog({ after, limit, feature, rolloutId }) {
      const page: LogEntry[] = []
      for (let index = firstAfter(log, after); index < log.length && page.length < limit; index += 1) {
        const entry = log[index]
        if (!entry || (feature !== undefined && entry.feature !== feature)) continue
        if (rolloutId !== undefined && entry.rolloutId !== rolloutId) continue
        page.push({ ...entry })
      }
      return page
    },
    async withEntriesAfter(seqs) {
      const last = new Map(log.map(({ feature, seq }) => [feature, seq]))
      return new Set([...seqs].flatMap(([feature, seq]) => ((last.get(feature) ?? 0) > seq ? [feature] : [])))
    },
    async entry(key) {
      const entry = byKey.get(outcomeKeyText(key))
      return entry && { ...entry }
    },
    async entries(keys) {
      return [...new Set(keys.map(outcomeKeyText))]
        .flatMap((key) => byKey.get(key) ?? [])
        .map((entry) => ({ ...entry }))
    },
    onAppend: appends.listen,
    async pruneLog(before) {
      const open = new Set(openRollouts(features()))
      return removeWhere(
        ({ receivedAt, rolloutId }) => receivedAt < before && (rolloutId === null || !open.has(rolloutId)),
      ).length
    },
  }
}

/** Index of the first entry with a seq greater than `after`. */
function firstAfter(log: readonly LogEntry[], after: number): number {
  let low = 0
  let high = log.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((log[middle]?.seq ?? 0) > after) high = middle
    else low = middle + 1
  }
  return low
}
