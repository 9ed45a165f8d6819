import type { FeatureState } from '../../../records/feature.ts'
import type { OutcomeKey } from '../../../records/outcome.ts'
import type { Rollout } from '../../../records/rollout/rollout.ts'
import type { OutcomeLog } from '../../store/outcome-log.ts'

/** Rollouts that outcomes may name, by id: the last one of each feature, and its stored past ones. */
export type KnownRollouts = ReadonlyMap<string, Pick<Rollout, 'feature' | 'salt'>>

const found = new WeakMap<readonly FeatureState[], KnownRollouts>()

/** Cached for each state of the releases, since every batch needs it. */
export function knownRollouts(states: readonly FeatureState[]): KnownRollouts {
  const before = found.get(states)
  if (before) return before
  const all = states.flatMap(({ rollout, pastRollouts }) => (rollout ? [...pastRollouts, rollout] : pastRollouts))
  const rollouts = new Map(all.map((rollout) => [rollout.id, rollout]))
  found.set(states, rollouts)
  return rollouts
}

/** The requests that feedback refers to. */
export interface KnownRequests {
  /** The rollout as reported; null for a request outside of a rollout, undefined for an unknown request. */
  rolloutOf(request: OutcomeKey): unknown
}

const longestId = 128

/** The requests that the feedback of a batch names, by keys. They are in the batch itself or in the log. */
export async function knownRequests(
  log: Pick<OutcomeLog, 'entries'>,
  outcomes: readonly unknown[],
  keyOf: (feature: string) => string,
): Promise<KnownRequests> {
  const reports = outcomes.map((outcome) => {
    const { kind, feature, of, id, rolloutId } = Object(outcome) as Record<string, unknown>
    return { kind, feature: isText(feature) ? keyOf(feature) : undefined, of, id, rolloutId }
  })
  const named = new Map<string, OutcomeKey>()
  for (const { kind, feature, of } of reports)
    if (kind === 'feedback' && isText(feature) && isText(of))
      named.set(textOf({ feature, id: of }), { feature, id: of })
  const known = new Map<string, unknown>()
  const rolloutOf = (request: OutcomeKey) => known.get(textOf(request))
  if (named.size === 0) return { rolloutOf }
  for (const { kind, feature, id, rolloutId = null } of reports)
    if (kind !== 'feedback' && isText(feature) && isText(id)) known.set(textOf({ feature, id }), rolloutId)
  const missing = [...named].flatMap(([text, request]) => (known.has(text) ? [] : [request]))
  if (missing.length === 0) return { rolloutOf }
  for (const entry of await log.entries(missing))
    if (entry.kind === 'request') known.set(textOf(entry), entry.rolloutId)
  return { rolloutOf }
}

function textOf({ feature, id }: OutcomeKey): string {
  return JSON.stringify([feature, id])
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestId && !value.includes('\0')
}
