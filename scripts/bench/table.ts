/** One figure beside its target. */
export interface Row {
  what: string
  measured: string
  target: string
  /** Undefined where there is no target. */
  holds: boolean | undefined
}

export function printTable(rows: readonly Row[]): void {
  console.log('| what | measured | target | |\n|---|---|---|---|')
  for (const { what, measured, target, holds } of rows) {
    console.log(`| ${what} | ${measured} | ${target} | ${holds === undefined ? '' : holds ? 'holds' : 'MISSED'} |`)
  }
}

/** The value below which `share` of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
