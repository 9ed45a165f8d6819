import assert from 'node:assert/strict'
import type { GateDecision } from '../../../src/gate/verdict/conclude.ts'
import { decide, type GateStep } from '../../../src/gate/verdict/decide.ts'
import type { GateCase } from '../../../src/gate/verdict/gate-case.ts'
import { type GatePolicy, gatePolicy } from '../../../src/gate/verdict/policy.ts'
import { type Random, seededRandom } from '../../../src/stats/index.ts'

/** A case with the same scores of both versions unless said otherwise. */
export function gateCase(id: string, candidate: number[], more: Partial<GateCase> = {}): GateCase {
  return { id, weight: 1, tags: [], critical: false, candidate, baseline: candidate, ...more }
}

/** Scores around a mean, as a noisy judge gives them. */
export function noisy(random: Random, mean: number, repeats: number, sd = 0.1): number[] {
  return Array.from({ length: repeats }, () => Math.min(1, Math.max(0, mean + sd * random.normal())))
}

/** Cases whose candidate differs by `change` from the baseline, both with noise. */
export function noisyCases(
  count: number,
  change: (i: number) => number,
  options: { seed?: number; repeats?: number; sd?: number } = {},
): GateCase[] {
  const { seed = 1, repeats = 8, sd = 0.1 } = options
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, i) =>
    gateCase(`case-${i}`, noisy(random, 0.7 + change(i), repeats, sd), { baseline: noisy(random, 0.7, repeats, sd) }),
  )
}

/** Shows the gate only the repeats that it has asked for so far, as a run does. */
export function play(
  cases: readonly GateCase[],
  settings: Partial<GatePolicy> = {},
): { decision: GateDecision; steps: GateStep[] } {
  const policy = gatePolicy(settings)
  const repeats = cases.map(() => ({ candidate: policy.looks[0] ?? 1, baseline: policy.looks[0] ?? 1 }))
  const steps: GateStep[] = []
  for (;;) {
    const seen = cases.map((one, i) => ({
      ...one,
      candidate: one.candidate.slice(0, repeats[i]?.candidate),
      baseline: one.baseline?.slice(0, repeats[i]?.baseline),
    }))
    const step: GateStep = decide(seen, policy, steps.at(-1)?.state)
    steps.push(step)
    if (step.decision) return { decision: step.decision, steps }
    assert.ok(steps.length < 10, 'the gate does not end')
    for (const [i, own] of repeats.entries()) {
      for (const role of ['candidate', 'baseline'] as const) {
        const positions = step.wanted[role]
        if (positions === 'all' || positions.has(i)) own[role] = step.wanted.repeats
      }
    }
  }
}

export function codes({ reasons }: GateDecision): string[] {
  return reasons.map(({ code }) => code)
}
