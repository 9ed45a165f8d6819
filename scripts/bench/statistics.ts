import { decide } from '../../packages/sluice/src/gate/verdict/decide.ts'
import type { GateState } from '../../packages/sluice/src/gate/verdict/gate-round.ts'
import { gatePolicy } from '../../packages/sluice/src/gate/verdict/policy.ts'
import { seededRandom } from '../../packages/sluice/src/stats/index.ts'
import { median } from './measure.ts'

const cases = 1000
const tags = 10
const repeats = 8

/** Milliseconds for every look of a run that stays undecided to the end, so that none is spared. */
export function measureStatistics(): number {
  const policy = gatePolicy({ threshold: 0.8, onInconclusive: 'block' })
  const rounds = Array.from({ length: 7 }, (_, seed) => {
    const all = undecidedCases(seed)
    const started = performance.now()
    let state: GateState | undefined
    for (const look of policy.looks) {
      const seen = all.map((row) => ({
        ...row,
        candidate: row.candidate.slice(0, look),
        baseline: row.baseline.slice(0, look),
      }))
      state = decide(seen, policy, state).state
    }
    return performance.now() - started
  })
  return median(rounds)
}

function undecidedCases(seed: number) {
  const random = seededRandom(seed + 1)
  const scores = (mean: number) =>
    Array.from({ length: repeats }, () => Math.min(1, Math.max(0, mean + 0.3 * (random.uniform() - 0.5))))
  return Array.from({ length: cases }, (_, index) => ({
    id: `case-${index}`,
    weight: 1 + (index % 3),
    tags: [`tag-${index % tags}`],
    critical: false,
    candidate: scores(0.77),
    baseline: scores(0.8),
  }))
}
