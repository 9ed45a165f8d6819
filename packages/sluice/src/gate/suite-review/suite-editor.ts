import type { Case } from '../../core/suite/cases/case.ts'

/** One change of one case: its lines go, or a line or a key with its cluster comes. */
export type CaseEdit = { case: Case; position: number } & ({ kind: 'remove' } | { kind: 'cluster'; name: string })

/** Lines `from` to `to` (1-based, inclusive) and what stands there instead. */
export interface LineEdit {
  from: number
  to: number
  lines: string[]
}

/** Knows how the cases of one kind of file are written. */
export interface SuiteEditor {
  /** The lines of an edit; a text says why it cannot be made without touching anything else. */
  edit(change: CaseEdit): LineEdit | string
  /** Whether a text holds exactly these changes of the former one, and nothing else. */
  holds(text: string, changes: readonly CaseEdit[]): boolean
}

/** The cases of a file as they are to be after the changes. */
export function casesAfter(cases: readonly unknown[], changes: readonly CaseEdit[]): unknown[] {
  const byPosition = new Map(changes.map((change) => [change.position, change]))
  return cases.flatMap((one, position) => {
    const change = byPosition.get(position)
    if (change === undefined) return [one]
    return change.kind === 'remove' ? [] : [{ ...(one as object), cluster: change.name }]
  })
}
