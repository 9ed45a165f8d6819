import type { Diagnostic } from './diagnostic.ts'

const mostKept = 100

/** Collects the faults of one file up to a limit, so that 100,000 bad lines neither fill memory nor the screen. */
export interface FaultLog {
  add(diagnostic: Diagnostic): void
  /** The collected faults, and a last entry that counts the rest. */
  all(): Diagnostic[]
}

export function createFaultLog(): FaultLog {
  const kept: Diagnostic[] = []
  let hidden: { first: Diagnostic; count: number } | undefined
  return {
    add(diagnostic) {
      if (kept.length < mostKept) kept.push(diagnostic)
      else hidden = { first: hidden?.first ?? diagnostic, count: (hidden?.count ?? 0) + 1 }
    },
    all() {
      if (hidden === undefined) return kept
      return [...kept, { ...hidden.first, path: '', message: `${hidden.count} more faults from here on` }]
    },
  }
}
