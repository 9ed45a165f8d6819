import type { FieldsSettings, LabelSettings, RetrievalSettings } from './measure-settings.ts'
import type { SimilaritySettings } from './similarity-settings.ts'
import type { SqlSettings } from './sql-settings.ts'
import type { ToolCalledSettings, ToolOrderSettings } from './trajectory-settings.ts'

/** What every check carries, whatever its type. */
interface CheckBase {
  /** The name; by default the check as the file has it, e.g. `notMatches "as an AI"`. */
  name: string
  /** The output must NOT meet the condition. Not of `jsonPath`, limits, expressions and own code. */
  negate: boolean
  /** The weight in the case score, >= 0. */
  weight: number
  /** A failure sets the case to 0. */
  must: boolean
  caseSensitive: boolean
}

/** Checks that compare the output with one text. `matches` holds the source of a regular expression. */
export interface TextCheck extends CheckBase {
  type: 'equals' | 'contains' | 'startsWith' | 'endsWith' | 'matches'
  value: string
}

export interface TextListCheck extends CheckBase {
  type: 'containsAll' | 'containsAny' | 'equalsAny'
  value: string[]
}

/** The output is any JSON text. */
export interface JsonCheck extends CheckBase {
  type: 'json'
  value: true
}

/** The output is JSON that satisfies a JSON Schema (draft 2020-12). */
export interface JsonSchemaCheck extends CheckBase {
  type: 'jsonSchema'
  value: Record<string, unknown>
}

/** Somewhere in the output stands a JSON object or list, with `value` a schema one that satisfies it. */
export interface ContainsJsonCheck extends CheckBase {
  type: 'containsJson'
  value: true | Record<string, unknown>
}

/**
 * The output is, or holds, well-formed XML. `elements` are paths from the outermost element, e.g. `order.item.name`.
 */
export interface XmlCheck extends CheckBase {
  type: 'xml' | 'containsXml'
  value: true | { elements: string[] }
}

export interface HtmlCheck extends CheckBase {
  type: 'html' | 'containsHtml'
  value: true
}

/** The output is, or holds in a code fence, SQL of the dialect that uses no other tables and columns. */
export interface SqlCheck extends CheckBase {
  type: 'sql' | 'containsSql'
  value: SqlSettings
}

/** The output refuses in plain words. */
export interface RefusalCheck extends CheckBase {
  type: 'refusal'
  value: true
}

/**
 * A condition on what a JSONPath (RFC 9535) selects, of the output or of the end state; exactly one of the three
 * conditions is given.
 */
export interface JsonPathCheck extends CheckBase {
  type: 'jsonPath' | 'state'
  value: { path: string; equals?: unknown; matches?: string; exists?: boolean }
}

/** Limits: words and characters of the output, milliseconds, USD. */
export interface LimitCheck extends CheckBase {
  type: 'minWords' | 'maxWords' | 'maxChars' | 'latencyMs' | 'costUsd'
  value: number
}

export interface SimilarityCheck extends CheckBase {
  type: 'similarity'
  value: SimilaritySettings
}

/** The output names the expected class. */
export interface LabelCheck extends CheckBase {
  type: 'label'
  value: LabelSettings
}

/** The output is a JSON object with the expected values. */
export interface FieldsCheck extends CheckBase {
  type: 'fields'
  value: FieldsSettings
}

/** The application looked up the relevant documents. */
export interface RetrievalCheck extends CheckBase {
  type: 'retrieval'
  value: RetrievalSettings
}

/** A condition or a number in CEL, over `output`, `vars`, `expected` and `json`. */
export interface ExpressionCheck extends CheckBase {
  type: 'expression'
  value: string
}

/** A program with its arguments, run in the project's folder without a shell. */
export interface CommandCheck extends CheckBase {
  type: 'command'
  value: string[]
}

/** The user's own function: absolute path, then optionally `#exportName`. */
export interface ModuleCheck extends CheckBase {
  type: 'module'
  value: string
}

export interface ToolCalledCheck extends CheckBase {
  type: 'toolCalled'
  value: ToolCalledSettings
}

/** `true` forbids every call. */
export interface NoToolCalledCheck extends CheckBase {
  type: 'noToolCalled'
  value: true | string | string[]
}

export interface ToolOrderCheck extends CheckBase {
  type: 'toolOrder'
  value: ToolOrderSettings
}

export interface OnlyToolsCheck extends CheckBase {
  type: 'onlyTools'
  value: string[]
}

/** Limits the messages of the assistant. */
export interface MaxStepsCheck extends CheckBase {
  type: 'maxSteps'
  value: number
}

export interface NoToolErrorsCheck extends CheckBase {
  type: 'noToolErrors'
  value: true
}

/** Alternatives, each of them a list of checks; the best whole one counts. They hold no alternatives themselves. */
export interface OneOfCheck extends CheckBase {
  type: 'oneOf'
  value: CheckSpec[][]
}

/** A deterministic check of an output. Texts may hold `{{variable}}`s, which are rendered when the check runs. */
export type CheckSpec =
  | TextCheck
  | TextListCheck
  | JsonCheck
  | JsonSchemaCheck
  | ContainsJsonCheck
  | XmlCheck
  | HtmlCheck
  | SqlCheck
  | RefusalCheck
  | JsonPathCheck
  | LimitCheck
  | SimilarityCheck
  | LabelCheck
  | FieldsCheck
  | RetrievalCheck
  | ExpressionCheck
  | ModuleCheck
  | CommandCheck
  | ToolCalledCheck
  | NoToolCalledCheck
  | ToolOrderCheck
  | OnlyToolsCheck
  | MaxStepsCheck
  | NoToolErrorsCheck
  | OneOfCheck

export type CheckType = CheckSpec['type']

const measuring: readonly CheckType[] = ['label', 'fields', 'retrieval']

/** Whether checks of a type measure something beside their score, of which the run makes metrics. */
export function isMeasuring(type: CheckType): boolean {
  return measuring.includes(type)
}
