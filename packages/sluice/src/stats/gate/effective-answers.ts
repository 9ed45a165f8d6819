import type { Estimand, Pair } from './paired-look.ts'

/**
 * How many equally weighted, independent answers of the candidate a weighted mean over cases rests on:
 * W^2 / sum (w / sqrt(repeats))^2 (Kish 1965). For a population each case counts once, however often it is repeated.
 *
 * @param clustered cases of one cluster count as one
 */
export function effectiveAnswers(
  pairs: readonly Pair[],
  { estimand, clustered }: { estimand: Estimand; clustered: boolean },
): number {
  const sums = new Map<string, number>()
  let total = 0
  let squares = 0
  for (const { weight, cluster, candidate } of pairs) {
    total += weight
    const share = estimand === 'population' ? weight : weight / Math.sqrt(candidate.count)
    if (clustered && cluster !== undefined) sums.set(cluster, (sums.get(cluster) ?? 0) + share)
    else squares += share * share
  }
  for (const sum of sums.values()) squares += sum * sum
  return squares > 0 ? (total * total) / squares : 0
}
