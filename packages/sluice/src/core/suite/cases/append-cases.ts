import { isDeepStrictEqual } from 'node:util'
import { Document, isCollection, isNode, isSeq, parseDocument, type YAMLSeq } from 'yaml'
import { SluiceError } from '../../../errors.ts'
import type { RubricItem } from '../../../records/rubric.ts'
import { suiteKind } from './read-suite.ts'

/** A case as it is written into a suite. What is at its default is left out. */
export interface NewCase {
  id: string
  vars: Record<string, unknown>
  expected?: string
  expect?: 'answer' | 'refusal'
  checks?: Record<string, unknown>[]
  rubric?: Pick<RubricItem, 'id' | 'ask' | 'must'>[]
  tags: string[]
  weight?: number
  critical?: boolean
  source: Record<string, unknown>
}

/**
 * The text of a suite with cases added at its end. Nothing of what is there changes by a byte: comments, order,
 * quoting, line endings; the last line is ended if it was.
 * @throws SluiceError `invalid-input` where that is impossible.
 */
export function appendCases(text: string, cases: readonly NewCase[], file: string): string {
  if (cases.length === 0) return text
  const kind = suiteKind(file)
  if (kind === 'csv') {
    throw new SluiceError(
      'invalid-input',
      `${file}: cases are added to YAML and JSON suites only; move the suite to one`,
    )
  }
  return kind === 'jsonLines' ? appendLines(text, cases) : appendToYaml(text, cases, file)
}

function appendLines(text: string, cases: readonly NewCase[]): string {
  const newline = lineEnding(text)
  const lines = cases.map((one) => JSON.stringify(one)).join(newline)
  const ended = text === '' || text.endsWith('\n')
  return ended ? `${text}${lines}${newline}` : `${text}${newline}${lines}`
}

/**
 * A YAML list of cases, or one in JSON, with more of them at its end. They are put into the text instead of printing it
 * anew, so that whatever is there stays; they stand as the last case does: as far indented, with as much space before.
 * @throws SluiceError `invalid-input` where the list cannot be added to.
 */
function appendToYaml(text: string, cases: readonly NewCase[], file: string): string {
  const document = read(text)
  const list = isSeq(document.contents) ? document.contents : undefined
  const added = list?.flow ? intoFlow(text, list, cases) : afterBlock(text, list, cases)
  if (isDeepStrictEqual(casesIn(read(added)), [...(list === undefined ? [] : casesIn(document)), ...cases]))
    return added
  throw new SluiceError(
    'invalid-input',
    `${file}: cases cannot be added without changing what is there; end the file with a plain "- id: ..." case, and an empty line`,
  )
}

const read = (text: string): Document => parseDocument(text, { merge: true, logLevel: 'error' })

function casesIn(document: Document): unknown[] {
  const value: unknown = document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 10_000 })
  return Array.isArray(value) ? value : []
}

/** After everything, at the column of the first item. */
function afterBlock(text: string, list: YAMLSeq | undefined, cases: readonly NewCase[]): string {
  const newline = lineEnding(text)
  const start = list?.range?.[0] ?? 0
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1))
  const gap = isSpaced(text, list) ? '\n' : ''
  const items = cases.map((one) => caseToYaml(one).replace(/^(?=[^\n])/gm, indent)).join(gap)
  const ended = text === '' || text.endsWith('\n')
  const space = /\n[ \t]*\r?\n$/.test(text) ? '' : gap
  const body = `${space}${ended ? items : items.slice(0, -1)}`.replaceAll('\n', newline)
  return `${text}${ended ? '' : newline}${body}`
}

/** Whether an empty line stands before the last case and its comment. */
function isSpaced(text: string, list: YAMLSeq | undefined): boolean {
  if (list === undefined || list.items.length < 2) return false
  const before = text.slice(0, startOf(list.items.at(-1))).replaceAll('\r', '')
  return /\n[ \t]*\n(?:[ \t]*#[^\n]*\n)*[ \t]*-[ \t]*$/.test(before)
}

/** Before the bracket that closes the list. */
function intoFlow(text: string, list: YAMLSeq, cases: readonly NewCase[]): string {
  const newline = lineEnding(text)
  const closing = (list.range?.[1] ?? 0) - 1
  const last = list.items.at(-1)
  const end = endOf(last) ?? closing
  const rest = text.slice(end, closing)
  const comma = last === undefined || /^\s*(?:#[^\n]*\n\s*)*,/.test(rest) ? '' : ','
  const items = cases.map((one) => `\n${JSON.stringify(one, undefined, 2)}`.replaceAll('\n', `${newline}  `))
  return `${text.slice(0, end)}${comma}${rest.trimEnd()}${items.join(',')}${newline}${text.slice(closing)}`
}

const startOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0)
const endOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[1] : undefined)

/**
 * A case as an item of a YAML list: texts of several lines as blocks; tags, source and each question on one line. Ends
 * with a newline.
 */
function caseToYaml(one: NewCase): string {
  const document = new Document([one])
  const rubric = document.getIn([0, 'rubric'], true)
  const inline = [document.getIn([0, 'tags'], true), document.getIn([0, 'source'], true)]
  for (const node of [...inline, ...(isSeq(rubric) ? rubric.items : [])]) if (isCollection(node)) node.flow = true
  return document.toString({ lineWidth: 0, blockQuote: 'literal', flowCollectionPadding: false })
}

/** How the first line of a text ends. */
function lineEnding(text: string): '\n' | '\r\n' {
  return /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n'
}
