/** What became of something in the other tool's file. */
export type Fidelity = 'same' | 'approximated' | 'dropped'

export const fidelities: readonly Fidelity[] = ['same', 'approximated', 'dropped']

/** What became of one kind of field or assertion, and how often. */
export interface FidelityRow {
  /** The share translated is that of the assertions. */
  kind: 'assertion' | 'field'
  /** What the other tool calls it, e.g. `contains-all` or `options.transform`. */
  name: string
  outcome: Fidelity
  /** What it has become, how it differs, or why it is not there. */
  note: string
  /** Where it stands first, e.g. `tests[3].assert[0]`. */
  place: string
  count: number
}

/** Collects rows; the same thing at another place raises the count. */
export interface FidelityLedger {
  add(row: Omit<FidelityRow, 'count'>, count?: number): void
  /** Assertions first, what was lost before what is the same. */
  rows(): FidelityRow[]
}

export function createLedger(): FidelityLedger {
  const found = new Map<string, FidelityRow>()
  return {
    add(row, count = 1) {
      const key = JSON.stringify([row.kind, row.name, row.outcome, row.note])
      const earlier = found.get(key)
      if (earlier === undefined) found.set(key, { ...row, count })
      else earlier.count += count
    },
    rows: () => inOrder([...found.values()]),
  }
}

function inOrder(rows: FidelityRow[]): FidelityRow[] {
  const rank = ({ kind, outcome }: FidelityRow) => (kind === 'assertion' ? 0 : 3) + 2 - fidelities.indexOf(outcome)
  return rows.sort((a, b) => rank(a) - rank(b) || b.count - a.count || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

/** Rows of several ledgers as one list. */
export function mergedRows(...lists: readonly (readonly FidelityRow[])[]): FidelityRow[] {
  const ledger = createLedger()
  for (const { count, ...row } of lists.flat()) ledger.add(row, count)
  return ledger.rows()
}

/** How many assertions there were, by what became of them. */
export interface Translated {
  assertions: number
  same: number
  approximated: number
  dropped: number
  /** (same + approximated) / assertions; null where there were none. */
  share: number | null
}

export function translated(rows: readonly FidelityRow[]): Translated {
  const count = (outcome: Fidelity) =>
    rows.filter((row) => row.kind === 'assertion' && row.outcome === outcome).reduce((sum, row) => sum + row.count, 0)
  const [same, approximated, dropped] = [count('same'), count('approximated'), count('dropped')]
  const assertions = same + approximated + dropped
  return {
    assertions,
    same,
    approximated,
    dropped,
    share: assertions === 0 ? null : (same + approximated) / assertions,
  }
}
