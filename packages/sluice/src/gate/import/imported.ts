import type { Fidelity, FidelityRow } from './fidelity.ts'
import type { ImportedTool, ImportedTools } from './imported-tools.ts'
import type { ImportedInput } from './typed-inputs.ts'

/** One golden case of another tool, in the words of a suite file. */
export interface ImportedCase {
  /** Need not be unique, nor a valid id; the writer sees to both. */
  id: string
  vars: Record<string, unknown>
  /** The reference answer. */
  expected?: unknown
  /**
   * Entries as a suite file has them, e.g. `{contains: "Friday", must: true}`. Their texts may hold `{{variables}}`.
   */
  checks: CheckEntry[]
  rubric: RubricEntry[]
  tags?: string[]
  /** > 0. */
  weight?: number
  cluster?: string
  source?: Record<string, unknown>
  /** The assertions that the checks and questions come from, for `--verify`; in the order of the tool's file. */
  parts?: ImportedPart[]
  /** What `--verify` knows the case by, the most exact first. */
  origins?: () => string[]
  /** The least score with which the tool lets the case pass; by default every part must pass. */
  passesAt?: number
}

/** One assertion of another tool, and what it has become. */
export interface ImportedPart {
  /** What the tool calls it, e.g. `not-contains`. */
  name: string
  place: string
  checks: CheckEntry[]
  rubric: RubricEntry[]
  outcome: Fidelity
  note: string
  /** 0 for one that passes by itself. */
  weight: number
  /** What it asks for, in a form in which the tool's results have it too. */
  asked?: string
}

/** A check as a file has it; `checkFault` says whether it is a valid one. */
export type CheckEntry = Record<string, unknown>

/** A question for the judge. The writer makes the id valid and unique, out of the question where there is none. */
export interface RubricEntry {
  id?: string
  ask: string
  weight?: number
  must?: boolean
}

/** One prompt of another tool, with its cases: it becomes a prompt file and a suite. */
export interface ImportedFeature {
  /** Any text; the writer makes it the name of files, and unique. */
  name: string
  description?: string
  /** `provider:model`, where the tool's file names one. */
  model?: string
  modelParameters?: Record<string, unknown>
  /** Absent where the tool's file holds cases only: then a prompt to replace is written. */
  messages?: { role: 'system' | 'user' | 'assistant'; content: string }[]
  responseFormat?: 'text' | 'json_object' | 'json_schema'
  jsonSchema?: Record<string, unknown>
  /** The tools of the model. */
  tools?: ImportedTool[]
  /** What its first message must do about them. */
  toolChoice?: ImportedTools['toolChoice']
  /** What the variables must be. */
  inputs?: Record<string, ImportedInput>
  /** What applies to all cases. What all cases have alike the writer finds by itself. */
  checks?: CheckEntry[]
  rubric?: RubricEntry[]
  /** Judges that choose among answers, as GitHub's prompt files have them: `{name, llm: {prompt, choices}}`. */
  evaluators?: Record<string, unknown>[]
  cases: ImportedCase[]
  /** Answers that the tool has kept; `case` is the place of the case in `cases`. */
  recordings?: ImportedRecording[]
}

/** One kept answer. Exactly one of `output` and `error` is set. */
export interface ImportedRecording {
  case: number
  /** What answered, without spaces; it stands behind `recorded:`. */
  model: string
  /** From 1. */
  repeat?: number
  output?: string
  error?: string
  finishReason?: 'stop' | 'length' | 'filter'
  inputTokens?: number
  outputTokens?: number
  latencyMs?: number
  costUsd?: number
}

/** What an importer makes of a file of another tool. */
export interface Imported {
  features: ImportedFeature[]
  /** Entries under `providers` of sluice.yaml that the models need, by name. */
  providers?: Record<string, Record<string, unknown>>
  /** More files, with paths relative to the new project: modules that checks refer to, code to review. */
  files?: { path: string; text: string }[]
  /** What became of each field and each assertion; nothing may be missing here. See `createLedger`. */
  rows: FidelityRow[]
}
