/**
 * The log wealth of two workers together, bet by bet: what was won on disjoint users multiplies, and the product of such
 * processes is a process of the same kind.
 */
export function mergeLogWealth(a: readonly number[], b: readonly number[]): number[] {
  return a.map((log, i) => log + (b[i] ?? 0))
}
