import type { Rollout } from '../release/rollout.ts'
import type { Evidence, EvidenceSums } from './evidence.ts'
import { renewLimits } from './limits.ts'
import { raisePeak } from './observe.ts'

/**
 * The evidence of several workers who started from `base`, saw disjoint users and bet by `base`: what one worker would
 * have who saw all of them and bet by it.
 *
 * @throws where a worker met another judge than `base` knows: they have to meet before they go on with a new one
 */
export function mergeEvidence(rollout: Pick<Rollout, 'settings'>, base: Evidence, ...workers: Evidence[]): Evidence {
  const merged = structuredClone(base)
  merged.unjudged = Math.min(...workers.map(({ unjudged }) => unjudged))
  for (const { sums, judge, cursor, lastRequestAt, lastScoreAt } of workers) {
    if (judge.epoch !== base.judge.epoch) throw new Error('workers cannot be merged across a change of the judge')
    merged.sums = sumOf(merged.sums, sums, base.sums) as EvidenceSums
    merged.judge.id ??= judge.id
    merged.cursor = Math.max(merged.cursor, cursor)
    merged.lastRequestAt = latest(merged.lastRequestAt, lastRequestAt)
    merged.lastScoreAt = latest(merged.lastScoreAt, lastScoreAt)
  }
  renewLimits(merged.limits, merged.sums.sketches, merged.lastRequestAt ?? 0)
  raisePeak(merged, rollout)
  return merged
}

/** a + b - base, number by number, for trees of numbers of the same shape. */
function sumOf(a: unknown, b: unknown, base: unknown): unknown {
  if (typeof a === 'number') return a + (Number(b) - Number(base))
  const [treeA, treeB, treeBase] = [a, b, base] as Record<string, unknown>[]
  const entries = Object.keys(treeA ?? {}).map((key) => [key, sumOf(treeA?.[key], treeB?.[key], treeBase?.[key])])
  return Array.isArray(a) ? entries.map(([, value]) => value) : Object.fromEntries(entries)
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
