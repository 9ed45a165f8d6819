import type { Random } from '../../../src/stats/index.ts'
import { type SimulatedCase, smoothCases } from './simulated-gate.ts'

/** Suites on which a t test alone is too sure. The candidate is worse by `drop` on average, in whatever way the world has it. */
export interface UnkindWorld {
  name: string
  cases(count: number, drop: number, random: Random): SimulatedCase[]
}

type Draw = () => number

const perfect: Draw = () => 1

function suite(count: number, make: (i: number) => SimulatedCase): SimulatedCase[] {
  return Array.from({ length: count }, (_, i) => make(i))
}

/** The same scores, but now and then none of them: the answer is lost, or loses `size`. */
function losing(draw: Draw, rate: number, random: Random, size = 1): Draw {
  return () => (random.uniform() < rate ? Math.max(draw() - size, 0) : draw())
}

/** A judge that now and then takes a tenth off. */
function wobbling(random: Random): Draw {
  return () => (random.uniform() < 0.3 ? 0.9 : 1)
}

/** Always perfect, but for the first cases, on which the judge wobbles a little; answers are lost outright. */
export function saturated(noisy: number): UnkindWorld {
  return {
    name: `perfect but for ${noisy} noisy cases, answers lost`,
    cases: (count, drop, random) =>
      suite(count, (i) => {
        const draw = i < noisy ? wobbling(random) : perfect
        return { baseline: draw, candidate: losing(draw, drop, random) }
      }),
  }
}

/** One score out of a few, the best with probability `best`, else the next one. */
function level(steps: number, best: number, random: Random): Draw {
  return () => (random.uniform() < best ? 1 : 1 - 1 / (steps - 1))
}

export const unkindWorlds: UnkindWorld[] = [
  saturated(0),
  saturated(1),
  saturated(4),
  saturated(10),
  {
    name: 'one-sided noise, answers lost',
    cases: (count, drop, random) =>
      suite(count, () => {
        const draw = () => Math.max(0, 1 - 0.1 * Math.abs(random.normal()))
        return { baseline: draw, candidate: losing(draw, drop / 0.92, random) }
      }),
  },
  {
    name: 'three levels, one level lost',
    cases: (count, drop, random) =>
      suite(count, (i) => {
        const draw = level(3, i % 10 === 0 ? 0.8 : 1, random)
        return { baseline: draw, candidate: losing(draw, 2 * drop, random, 0.5) }
      }),
  },
  {
    name: 'five levels, answers lost',
    cases: (count, drop, random) =>
      suite(count, () => {
        const draw = level(5, 0.8, random)
        return { baseline: draw, candidate: losing(draw, drop / 0.95, random) }
      }),
  },
  {
    name: 'five levels, one level lost',
    cases: (count, drop, random) =>
      suite(count, () => {
        const draw = level(5, 0.8, random)
        return { baseline: draw, candidate: losing(draw, 4 * drop, random, 0.25) }
      }),
  },
  {
    name: 'the baseline loses 3 % of its answers too',
    cases: (count, drop, random) =>
      suite(count, () => ({
        baseline: losing(perfect, 0.03, random),
        candidate: losing(perfect, 0.03 + drop, random),
      })),
  },
  {
    name: 'the baseline loses 1 % of its answers too',
    cases: (count, drop, random) =>
      suite(count, () => ({
        baseline: losing(perfect, 0.01, random),
        candidate: losing(perfect, 0.01 + drop, random),
      })),
  },
  {
    name: 'uneven weights (log-normal), answers lost',
    cases: (count, drop, random) =>
      suite(count, (i) => {
        const draw = i < 4 ? wobbling(random) : perfect
        return { weight: Math.exp(random.normal()), baseline: draw, candidate: losing(draw, drop, random) }
      }),
  },
  {
    name: 'clusters of five, answers lost',
    cases: (count, drop, random) =>
      suite(count, (i) => {
        const draw = i < 4 ? wobbling(random) : perfect
        return { cluster: `c${Math.floor(i / 5)}`, baseline: draw, candidate: losing(draw, drop, random) }
      }),
  },
  {
    name: 'only every fifth case loses answers',
    cases: (count, drop, random) =>
      suite(count, (i) => {
        const draw = i < 4 ? wobbling(random) : perfect
        return { baseline: draw, candidate: i % 5 === 0 ? losing(draw, 5 * drop, random) : draw }
      }),
  },
  {
    name: 'a constant gain, more answers lost',
    cases: (count, drop, random) =>
      suite(count, (i) => ({
        baseline: i < 4 ? () => 0.95 * wobbling(random)() : () => 0.95,
        candidate: losing(i < 4 ? wobbling(random) : perfect, drop + 0.05, random),
      })),
  },
  {
    name: 'a tenth of all answers fails in both versions (pass/fail)',
    cases: (count, drop, random) =>
      suite(count, () => ({
        baseline: losing(perfect, 0.1, random),
        candidate: losing(perfect, 0.1 + drop, random),
      })),
  },
  {
    name: 'little smooth noise (sd .05), a drop of all',
    cases: (count, drop, random) =>
      suite(count, () => ({
        baseline: () => 0.8 + 0.05 * random.normal(),
        candidate: () => 0.8 - drop + 0.05 * random.normal(),
      })),
  },
  {
    name: 'smooth scores, a drop of all',
    cases: (count, drop, random) => smoothCases(count, { drop }, random),
  },
  {
    name: 'smooth noise (sd .1), answers lost',
    cases: (count, drop, random) =>
      suite(count, () => {
        const draw = () => Math.min(1, Math.max(0, 0.85 + 0.1 * random.normal()))
        return { baseline: draw, candidate: losing(draw, drop / 0.84, random) }
      }),
  },
]

/** Cases with the recorded scores of one text each, as a real judge gave them; answers are lost outright. */
export function recordedNoise(scores: readonly (readonly number[])[]): UnkindWorld {
  const mean = scores.flat().reduce((sum, score) => sum + score, 0) / scores.flat().length
  return {
    name: "a real judge's noise, answers lost",
    cases: (count, drop, random) =>
      suite(count, () => {
        const own = scores[Math.floor(random.uniform() * scores.length)] ?? []
        const draw = () => own[Math.floor(random.uniform() * own.length)] ?? 0
        return { baseline: draw, candidate: losing(draw, drop / mean, random) }
      }),
  }
}
