import { type Document, isMap, isNode, isSeq, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Place, Source } from '../diagnostics/source.ts'
import { keyText, yamlValue } from './yaml-value.ts'

const oldVersion = 'YAML 1.1 reads no, on and 12:30 as other values than they look; remove the line %YAML 1.1'

/**
 * Parses YAML so that every value keeps its place, and every scalar its text (see `Written`). A file that cannot be
 * read yields diagnostics and no source; one with keys given twice, or texts that YAML shortens, yields both. A file
 * without content has the value null.
 */
export function parseYaml(text: string, file: string): { source?: Source; diagnostics: Diagnostic[] } {
  const lines = new LineCounter()
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const fault = (offset: number, message: string, severity: Diagnostic['severity'] = 'error'): Diagnostic => {
    return { severity, file, ...place(offset), path: '', message }
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    uniqueKeys: false,
    // Tags such as !!binary and !!omap stand for values that JSON does not have.
    resolveKnownTags: false,
    logLevel: 'error',
  })
  // Only the first syntax error is reported: the others mostly follow from it.
  const [syntax] = [...document.errors, ...document.warnings]
  if (syntax !== undefined) return { diagnostics: [fault(syntax.pos[0], yamlMessage(syntax))] }
  if (document.directives?.yaml.version === '1.1') return { diagnostics: [fault(0, oldVersion)] }
  const { data, faults } = yamlValue(document, text)
  const diagnostics = faults.map(({ offset, message, severity }) => fault(offset, message, severity))
  if (data === undefined) return { diagnostics }
  const at = (path: readonly PropertyKey[], key?: string) => place(offsetOf(document, text, path, key))
  return { source: { file, value: data, at }, diagnostics }
}

/** The offset of the value at a path, or of the key in the map there; of the nearest parent if it does not exist. */
function offsetOf(document: Document, text: string, path: readonly PropertyKey[], key?: string): number {
  let node = document.contents as Node | null
  for (const part of path) {
    const child = childOf(node, part, text)
    if (child === undefined) return node?.range?.[0] ?? 0
    node = child
  }
  const pair = key === undefined ? undefined : pairOf(node, key, text)
  return (isNode(pair?.key) ? pair.key : node)?.range?.[0] ?? 0
}

function childOf(node: Node | null, part: PropertyKey, text: string): Node | undefined {
  const child = isSeq(node) ? node.items[Number(part)] : pairOf(node, String(part), text)?.value
  return isNode(child) ? child : undefined
}

function pairOf(node: Node | null, key: string, text: string) {
  return isMap(node) ? node.items.find((pair) => keyText(pair.key, text) === key) : undefined
}

/** Messages for the parser's terse codes, for readers who do not know YAML's grammar. */
const messages: Partial<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab is used as indentation; YAML allows spaces only',
  MULTIPLE_DOCS: 'a second YAML document begins here; a file holds one',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one line; put the text in quotes, or begin a new line',
  UNEXPECTED_TOKEN:
    'YAML does not expect this here; does the indentation fit, is a text with special characters quoted?',
  BAD_SCALAR_START: 'a text that begins with a character that means something to YAML; put it in quotes',
}

/** The parser's complaint in the words of a user of YAML. */
function yamlMessage({ code, message }: YAMLError): string {
  if (message.includes('call stack')) return 'is nested too deeply'
  const [, tag] = /^Unresolved tag: (\S+)/.exec(message) ?? []
  if (tag !== undefined) {
    const written = tag.replace('tag:yaml.org,2002:', '!!')
    return `the tag ${written} gives no value here; leave it out, and put the value in quotes if it is a text`
  }
  return messages[code] ?? `not valid YAML: ${message}`
}
