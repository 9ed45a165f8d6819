import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml'
import type { Diagnostic } from './diagnostic.ts'
import type { Place, Source } from './source.ts'
import { yamlMessage } from './yaml-message.ts'

/** Enough for any honest file, and far below what an alias bomb needs. */
const maxAliasCount = 10_000

/**
 * Parses YAML so that every value keeps its place. A file that cannot be read yields diagnostics and no source; one
 * whose only fault is keys given twice yields both. A file without content has the value null.
 */
export function parseYaml(text: string, file: string): { source?: Source; diagnostics: Diagnostic[] } {
  const lines = new LineCounter()
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const fault = (offset: number, message: string): Diagnostic => {
    return { severity: 'error', file, ...place(offset), path: '', message }
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, logLevel: 'error' })
  const { syntax, diagnostics } = reported(document, text, fault)
  if (syntax) return { diagnostics }
  const alias = aliasFault(document)
  if (alias !== undefined) return { diagnostics: [fault(alias.offset, alias.message)] }
  try {
    const value: unknown = document.toJS({ maxAliasCount })
    return { source: { file, value, at: (path, key) => place(offsetOf(document, path, key)) }, diagnostics }
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    return { diagnostics: [fault(0, 'aliases expand to too much data; write it out')] }
  }
}

/** All keys given twice, but of the syntax errors only the first: the others mostly follow from it. */
function reported(document: Document, text: string, fault: (offset: number, message: string) => Diagnostic) {
  const faults: YAMLError[] = [...document.errors, ...document.warnings]
  const duplicates = faults.filter(({ code }) => code === 'DUPLICATE_KEY')
  const syntax = faults.find(({ code }) => code !== 'DUPLICATE_KEY')
  const chosen = syntax === undefined ? duplicates : [syntax]
  return {
    syntax: syntax !== undefined,
    diagnostics: chosen.map((error) => fault(error.pos[0], yamlMessage(error, text))),
  }
}

/** An alias without its anchor, or inside of it, which would make the data endless. */
function aliasFault(document: Document): { offset: number; message: string } | undefined {
  let found: { offset: number; message: string } | undefined
  visit(document, {
    Alias(_, alias, ancestors) {
      const target = alias.resolve(document)
      if (target !== undefined && !ancestors.includes(target)) return
      const message = target === undefined ? `there is no anchor &${alias.source}` : `*${alias.source} contains itself`
      found = { offset: alias.range?.[0] ?? 0, message }
      return visit.BREAK
    },
  })
  return found
}

function offsetOf(document: Document, path: readonly PropertyKey[], key?: string): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true)
    if (!isNode(node)) continue
    if (key !== undefined && depth === path.length && isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      if (isScalar(pair?.key)) return pair.key.range?.[0] ?? 0
    }
    return node.range?.[0] ?? 0
  }
  return 0
}
