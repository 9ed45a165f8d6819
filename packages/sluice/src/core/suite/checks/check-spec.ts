/** What every check carries, whatever its type. */
interface CheckBase {
  /** The name; by default the check as the file has it, e.g. `notMatches "as an AI"`. */
  name: string
  /** The output must NOT meet the condition. Text checks only. */
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
  type: 'containsAll' | 'containsAny'
  value: string[]
}

/** The output is any JSON text. */
interface JsonCheck extends CheckBase {
  type: 'json'
  value: true
}

/** The output is JSON that satisfies a JSON Schema (draft 2020-12). */
export interface JsonSchemaCheck extends CheckBase {
  type: 'jsonSchema'
  value: Record<string, unknown>
}

/** A condition on what a JSONPath (RFC 9535) selects; exactly one of the three conditions is given. */
export interface JsonPathCheck extends CheckBase {
  type: 'jsonPath'
  value: { path: string; equals?: unknown; matches?: string; exists?: boolean }
}

/** Limits: words and characters of the output, milliseconds, USD. */
export interface LimitCheck extends CheckBase {
  type: 'minWords' | 'maxWords' | 'maxChars' | 'latencyMs' | 'costUsd'
  value: number
}

export interface SimilarityCheck extends CheckBase {
  type: 'similarity'
  /** `to`: the reference text, by default the case's `expected`; `min` in [0,1]; `model`: for embeddings. */
  value: { to?: string; metric: 'rouge-l' | 'levenshtein' | 'embedding'; min: number; model?: string }
}

/** The user's own function: absolute path, then optionally `#exportName`. */
export interface ModuleCheck extends CheckBase {
  type: 'module'
  value: string
}

/** A deterministic check of an output. Texts may hold `{{variable}}`s, which are rendered when the check runs. */
export type CheckSpec =
  | TextCheck
  | TextListCheck
  | JsonCheck
  | JsonSchemaCheck
  | JsonPathCheck
  | LimitCheck
  | SimilarityCheck
  | ModuleCheck

export type CheckType = CheckSpec['type']
