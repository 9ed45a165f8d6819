/** How often something failed in how many independent repeats. */
export interface FailureCount {
  failures: number
  repeats: number
}

/**
 * The exact conditional distribution of two failure counts given their sum (Fisher 1935, with an odds ratio other than
 * 1 the noncentral hypergeometric distribution): the chance that the first version fails at most, and at least, as
 * often as it did, if its odds of failing are `oddsRatio` times those of the second.
 */
export function failureTails(
  first: FailureCount,
  second: FailureCount,
  oddsRatio: number,
): { atMost: number; atLeast: number } {
  const total = first.failures + second.failures
  const fewest = Math.max(0, total - second.repeats)
  const most = Math.min(first.repeats, total)
  let [weight, below, here, above] = [1, 0, 0, 0]
  for (let count = fewest; count <= most; count += 1) {
    if (count < first.failures) below += weight
    else if (count === first.failures) here = weight
    else above += weight
    const others = total - count
    weight *= (oddsRatio * (first.repeats - count) * others) / ((count + 1) * (second.repeats - others + 1))
  }
  const all = below + here + above
  return { atMost: (below + here) / all, atLeast: (here + above) / all }
}
