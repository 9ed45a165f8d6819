import type { Rollout } from '../release/rollout.ts'
import type { Evidence, EvidenceSums } from './evidence.ts'
import { renewLimits } from './limits.ts'
import { raisePeak } from './observe.ts'
import type { Heard } from './soak.ts'

/**
 * The evidence of several workers who started from `base`, saw disjoint users and bet by `base`: what one worker would
 * have who saw all of them and bet by it.
 *
 * @throws where a worker met another judge than `base` knows: they have to meet before they go on with a new one; and where several
 * tokens, processes or addresses report
 */
export function mergeEvidence(rollout: Pick<Rollout, 'settings'>, base: Evidence, ...workers: Evidence[]): Evidence {
  const merged = structuredClone(base)
  merged.unjudged = Math.min(...workers.map(({ unjudged }) => unjudged))
  const several = ({ testimony, places }: Evidence) =>
    [testimony, ...Object.values(places)].some((all) => all.length > 1)
  if ([base, ...workers].some(several)) throw new Error('workers cannot be merged over tokens, processes or addresses')
  for (const worker of workers) {
    const { sums, testimony, testified, heard, judge, cursor, lastRequestAt, lastScoreAt } = worker
    if (judge.epoch !== base.judge.epoch) throw new Error('workers cannot be merged across a change of the judge')
    const told = sumOf(merged.testimony, testimony, base.testimony) as Evidence['testimony']
    merged.testimony = told.map((one, index) => {
      const [before, now] = [merged.testimony[index], testimony[index]]
      const firstAt = earliest(before?.firstAt ?? null, now?.firstAt ?? null)
      return { ...one, firstAt, lastAt: latest(before?.lastAt ?? null, now?.lastAt ?? null) }
    })
    merged.places = sumOf(merged.places, worker.places, base.places) as Evidence['places']
    merged.testified += testified - base.testified
    merged.heard = merged.heard.map((one, stage) => latestHeard(one, heard[stage] ?? one))
    merged.sums = sumOf(merged.sums, sums, base.sums) as EvidenceSums
    merged.judge.id ??= judge.id
    merged.cursor = Math.max(merged.cursor, cursor)
    merged.firstAt = earliest(merged.firstAt, worker.firstAt)
    merged.lastRequestAt = latest(merged.lastRequestAt, lastRequestAt)
    merged.lastScoreAt = latest(merged.lastScoreAt, lastScoreAt)
  }
  renewLimits(merged.limits, merged.sums.sketches, merged.lastRequestAt ?? 0)
  raisePeak(merged, rollout, latest(merged.lastRequestAt, merged.lastScoreAt) ?? 0)
  return merged
}

/** a + b - base, number by number, for trees of numbers; of what is no number the first that there is. */
function sumOf(a: unknown, b: unknown, base: unknown): unknown {
  const known = a ?? b
  if (typeof known === 'number') return Number(a ?? 0) + Number(b ?? 0) - Number(base ?? 0)
  if (typeof known !== 'object' || known === null) return known
  const trees = [a, b, base].map((tree) => (tree ?? {}) as Record<string, unknown>)
  const keys = new Set(trees.flatMap((tree) => Object.keys(tree)))
  const entries = [...keys].map((key) => [key, sumOf(trees[0]?.[key], trees[1]?.[key], trees[2]?.[key])] as const)
  return Array.isArray(known) ? entries.map(([, value]) => value) : Object.fromEntries(entries)
}

function latestHeard(a: Heard, b: Heard): Heard {
  return { stage: a.stage, incumbent: latest(a.incumbent, b.incumbent), canary: latest(a.canary, b.canary) }
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}
