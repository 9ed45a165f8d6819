import { parseJsonText } from '../../core/suite/json/json-source.ts'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { casesAfter, type SuiteEditor } from './suite-editor.ts'

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
