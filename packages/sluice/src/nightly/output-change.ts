import { formatScore } from '../report/format.ts'
import type { GatePolicy } from '../verdict/policy.ts'
import { testDrift } from './drift.ts'
import type { NightCase, NightRecord } from './night-record.ts'

/**
 * Whether tonight's answers look less like the kept ones than those of the night before did, by more than the tag
 * margin: the paired test on their similarity. Undefined where that is not shown, also on the first two nights, which
 * have nothing to compare with. An event, no alarm: other words may be just as good.
 */
export function outputChange(
  cases: readonly NightCase[],
  last: NightRecord,
  policy: GatePolicy,
): { code: 'outputs-changed'; message: string } | undefined {
  const before = new Map(last.cases.map((row) => [row.id, row]))
  const pairs = cases.flatMap(({ id, hash, frozenOf, similarity }) => {
    const row = before.get(id)
    if (!row || row.similarity === null || similarity === null) return []
    if (row.hash !== hash || row.frozenOf !== frozenOf) return []
    return [{ id, weight: 1, tags: [], critical: false, candidate: [similarity], baseline: [row.similarity] }]
  })
  const drift = testDrift(pairs, { ...policy, margin: policy.tagMargin })
  if (drift?.direction !== 'down') return undefined
  const message = `The answers look different since ${last.night}: their similarity to the kept ones fell by ${formatScore(-drift.meanDifference)} over ${drift.cases} cases.`
  return { code: 'outputs-changed', message }
}
