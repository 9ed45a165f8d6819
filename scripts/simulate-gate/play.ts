import { type GatePolicy, gatePolicy } from '../../packages/sluice/src/gate/verdict/policy.ts'
import { type Random, seededRandom } from '../../packages/sluice/src/stats/index.ts'
import { type SimulatedCase, simulateRun } from '../../packages/sluice/test/support/simulated-gate/simulated-gate.ts'

/** How many runs ended how, as shares of all, and what they cost. */
export interface Played {
  strong: number
  pass: number
  fail: number
  inconclusive: number
  /** Mean and variance of the generations of candidate and baseline. */
  calls: number
  callsVariance: number
}

/** Plays whole runs of the gate on suites that are drawn anew for each. */
export function play(
  draw: (random: Random) => readonly SimulatedCase[],
  { settings, repetitions, seed }: { settings: Partial<GatePolicy>; repetitions: number; seed: number },
): Played {
  const policy = gatePolicy(settings)
  const random = seededRandom(seed)
  const counts = { strong: 0, pass: 0, fail: 0, inconclusive: 0 }
  let calls = 0
  let squares = 0
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const run = simulateRun(draw(random), policy)
    const { verdict, strength } = run.decision
    counts[verdict] += 1
    if (verdict === 'pass' && strength === 'strong') counts.strong += 1
    calls += run.calls
    squares += run.calls ** 2
  }
  const share = (count: number) => count / repetitions
  return {
    strong: share(counts.strong),
    pass: share(counts.pass),
    fail: share(counts.fail),
    inconclusive: share(counts.inconclusive),
    calls: share(calls),
    callsVariance: share(squares) - share(calls) ** 2,
  }
}
