import type { Case } from '../../core/suite/cases/case.ts'
import { parseJsonText } from '../../core/suite/json/json-source.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'

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

/** Edits JSON Lines: a case is a line. */
export function jsonLinesEditor(text: string): SuiteEditor {
  const lines = text.split('\n')
  return {
    edit(change) {
      const { line } = change.case
      if (change.kind === 'remove') return { from: line, to: line, lines: [] }
      const before = lines[line - 1] ?? ''
      const end = before.lastIndexOf('}')
      if (end < 0) return 'the line does not end with a bracket'
      const gap = /":\s/.test(before) ? ' ' : ''
      const key = `,${gap}"cluster":${gap}${JSON.stringify(change.name)}`
      return { from: line, to: line, lines: [`${before.slice(0, end).trimEnd()}${key}${before.slice(end)}`] }
    },
    holds: (fixed, changes) => canonicalJson(valuesOf(fixed)) === canonicalJson(casesAfter(valuesOf(text), changes)),
  }
}

function valuesOf(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => /\S/.test(line))
  return lines.map((line) => parseJsonText(line))
}
