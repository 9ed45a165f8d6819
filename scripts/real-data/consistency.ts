import { type ArenaRun, pairsOf } from './arena.ts'
import type { Compared } from './compare-files.ts'
import { mean, sd } from './moments.ts'

/** One comparison of two runs. */
export interface Duel {
  candidate: ArenaRun
  baseline: ArenaRun
  compared: Compared
}

export interface RuleResult {
  rule: string
  checked: number
  broken: number
}

const margin = 0.03
const rounding = 1e-9

/** Rules that hold for any scores, and how often they are broken. */
export function inconsistencies(duels: readonly Duel[]): RuleResult[] {
  const mirrored = duels.flatMap((duel): [Compared, Compared][] => {
    const other = duels.find(({ candidate, baseline }) => candidate === duel.baseline && baseline === duel.candidate)
    return other && duel.candidate.name < duel.baseline.name ? [[duel.compared, other.compared]] : []
  })
  const failing = mirrored.flatMap(([a, b]) => [
    { failed: a, other: b },
    { failed: b, other: a },
  ])
  const rule = <Item>(name: string, items: readonly Item[], holds: (item: Item) => boolean): RuleResult => ({
    rule: name,
    checked: items.length,
    broken: items.filter((item) => !holds(item)).length,
  })
  return [
    rule('one direction mirrors the other: difference, interval, detectable drop', mirrored, mirrors),
    rule('never do both directions fail', mirrored, ([a, b]) => a.verdict !== 'fail' || b.verdict !== 'fail'),
    rule(
      'where one direction fails, the other passes by proof',
      failing.filter(({ failed }) => failed.verdict === 'fail'),
      ({ other }) => other.verdict === 'pass' && !other.weak,
    ),
    rule(
      'it fails exactly where the whole interval lies beyond the margin',
      duels,
      ({ compared: { verdict, ciHigh } }) => (verdict === 'fail') === ciHigh < -margin,
    ),
    rule(
      'it never passes by proof with half of the interval beyond the margin',
      duels,
      ({ compared: { verdict, weak, difference } }) => verdict !== 'pass' || weak || difference > -margin,
    ),
    rule('difference and standard error are those of a paired t test worked out here', duels, isPairedT),
    rule(
      'exit code 0 for pass, 1 for fail, 2 for inconclusive',
      duels,
      ({ compared: { verdict, exitCode } }) =>
        [verdict === 'pass', verdict === 'fail', verdict === 'inconclusive'][exitCode] === true,
    ),
  ]
}

function mirrors([a, b]: [Compared, Compared]): boolean {
  const gaps = [
    a.difference + b.difference,
    a.ciLow + b.ciHigh,
    a.ciHigh + b.ciLow,
    a.detectableDrop - b.detectableDrop,
  ]
  return gaps.every((gap) => Math.abs(gap) < rounding)
}

function isPairedT({ candidate, baseline, compared }: Duel): boolean {
  const differences = pairsOf(candidate, baseline).map((pair) => pair.candidate - pair.baseline)
  const se = sd(differences) / Math.sqrt(differences.length)
  return Math.abs(mean(differences) - compared.difference) < rounding && Math.abs(se - compared.se) < rounding
}
