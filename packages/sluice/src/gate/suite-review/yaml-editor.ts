import { isMap, isScalar, isSeq, Lexer, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { canonicalJson } from '../../core/suite/values/canonical-json.ts'
import { parseYaml } from '../../core/suite/yaml/yaml.ts'
import { casesAfter, type LineEdit, type SuiteEditor } from './suite-editor.ts'

/** Edits a list of cases in YAML; only cases that have their lines to themselves. */
export function yamlEditor(text: string, file: string): SuiteEditor {
  const counter = new LineCounter()
  const { contents } = parseDocument(text, { lineCounter: counter, merge: true, uniqueKeys: false, logLevel: 'error' })
  const lines = text.split('\n')
  const lineAt = (offset: number) => counter.linePos(offset).line
  const itemAt = (position: number) => (isSeq(contents) && !contents.flow ? contents.items[position] : undefined)
  return {
    edit(change) {
      const item = itemAt(change.position)
      if (!isMap(item)) return 'the cases are not written as a list with a dash for each'
      const span = spanOf(item, text, lineAt)
      if (span === undefined) return 'the case does not begin in a line of its own'
      if (change.kind === 'cluster') return clusterEdit(item, change.name, { text, lines, lineAt })
      const own = lines.slice(span.from - 1, span.to).join('\n')
      if (hasComment(own)) return 'a comment would go with it; remove it by hand'
      return { ...span, lines: [] }
    },
    holds(fixed, changes) {
      const [before, after] = [parseYaml(text, file).source?.value, parseYaml(fixed, file).source?.value]
      return Array.isArray(before) && canonicalJson(after ?? []) === canonicalJson(casesAfter(before, changes))
    },
  }
}

/** The lines of an item of a list, from its dash to its last text. */
function spanOf({ range }: YAMLMap, text: string, lineAt: (offset: number) => number) {
  const [start, end] = range ?? [0, 0]
  const beginning = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  if (!/^\s*-\s+$/.test(beginning)) return undefined
  const last = text.slice(start, end).trimEnd().length + start - 1
  return { from: lineAt(start), to: lineAt(last) }
}

interface WrittenText {
  text: string
  lines: readonly string[]
  lineAt(offset: number): number
}

/** A line after the id of a case, or a key behind it where the case stands in braces. */
function clusterEdit(item: YAMLMap, name: string, { text, lines, lineAt }: WrittenText): LineEdit | string {
  const id = (item.items as Pair[]).find(({ key }) => isScalar(key) && key.value === 'id')
  if (!isScalar(id?.key) || !isScalar(id.value)) return 'the case has no id in a line of its own'
  const [keyStart = 0] = id.key.range ?? []
  const [, valueEnd = 0] = id.value.range ?? []
  const line = lineAt(valueEnd - 1)
  const before = lines[line - 1] ?? ''
  const value = /^[A-Za-z][\w-]*$/.test(name) ? name : JSON.stringify(name)
  if (item.flow) {
    const at = valueEnd - (text.lastIndexOf('\n', valueEnd - 1) + 1)
    return { from: line, to: line, lines: [`${before.slice(0, at)}, cluster: ${value}${before.slice(at)}`] }
  }
  const column = keyStart - (text.lastIndexOf('\n', keyStart - 1) + 1)
  const ending = before.endsWith('\r') ? '\r' : ''
  return { from: line + 1, to: line, lines: [`${' '.repeat(column)}cluster: ${value}${ending}`] }
}

/** Begins the text of a scalar among the lexer's tokens, whose first character may be a #. */
const scalarMark = '\u001f'

function hasComment(text: string): boolean {
  const tokens = [...new Lexer().lex(text)]
  return tokens.some((token, at) => token.startsWith('#') && tokens[at - 1] !== scalarMark)
}
