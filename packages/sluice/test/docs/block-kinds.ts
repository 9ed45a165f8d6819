import { z } from 'zod'
import { scenarioSchema } from '../../src/control/simulate/scenario.ts'
import { caseSchema } from '../../src/core/suite/cases/case.ts'
import { checkSchema } from '../../src/core/suite/checks/check-entry.ts'
import { configSchema } from '../../src/core/suite/config/config.ts'
import { githubPromptSchema } from '../../src/core/suite/prompt/github-prompt.ts'
import { promptSchema } from '../../src/core/suite/prompt/prompt-file.ts'
import { recordingSchema } from '../../src/core/suite/recordings.ts'
import { scoreSchema } from '../../src/core/suite/scores-file.ts'
import { reportSchema } from '../../src/records/report/report.ts'
import { rubricSchema } from '../../src/records/rubric.ts'

const fragmentOf = (shape: z.core.$ZodLooseShape) => z.strictObject(shape).partial()

/**
 * The files and parts of files that a block of YAML or JSON may show, by the note that says so after the language.
 * `fragment` is a part of a prompt file. `foreign` belongs to another tool: it only has to parse.
 */
export const blockSchemas = {
  prompt: promptSchema,
  fragment: fragmentOf(promptSchema.shape),
  'github-prompt': githubPromptSchema,
  config: configSchema,
  suite: z.array(caseSchema).min(1),
  case: caseSchema,
  'case-fragment': fragmentOf(caseSchema.shape),
  checks: z.array(checkSchema).min(1),
  rubric: rubricSchema,
  scenario: scenarioSchema,
  recording: recordingSchema,
  scores: scoreSchema,
  report: reportSchema,
  workflow: z.unknown(),
  foreign: z.unknown(),
} satisfies Record<string, z.ZodType>

export type BlockKind = keyof typeof blockSchemas

export const isKind = (note: string): note is BlockKind => Object.hasOwn(blockSchemas, note)

type Map = Record<string, unknown>

const isMap = (value: unknown): value is Map => value !== null && typeof value === 'object' && !Array.isArray(value)
const knows = (shape: object, value: Map) => Object.keys(value).every((key) => Object.hasOwn(shape, key))
const knowsSome = (shape: object, value: Map) => Object.keys(value).some((key) => Object.hasOwn(shape, key))

/** A first line that names a file of another tool. */
const isNamedForeign = /^#\s*(?!.*(sluice|\.prompt\.|evals\/))[\w./-]+\.ya?ml\b/

/** What a value of YAML is by its shape, best guess first; none, if it looks like nothing of Sluice. */
export function kindsOf(value: unknown, firstLine: string): BlockKind[] {
  if (/^#\s*(\S*\/)?sluice\.yaml\b/.test(firstLine)) return ['config']
  if (/^#\s*(\S*\/)?promptfooconfig\b/.test(firstLine)) return ['foreign']
  if (Array.isArray(value)) return listKinds(value.filter(isMap))
  if (!isMap(value)) return []
  if (isWorkflow(value)) return ['workflow']
  if ('traffic' in value && 'canary' in value) return ['scenario']
  const isWhole =
    'messages' in value && 'model' in value && ('suites' in value || 'checks' in value || 'rubric' in value)
  if ('sluice' in value ? 'messages' in value || 'target' in value : isWhole) return ['prompt']
  if (/^#\s*\S+\.prompt\.ya?ml\b/.test(firstLine)) return ['fragment']
  const kinds: BlockKind[] = []
  if (knows(configSchema.shape, value)) kinds.push('config')
  if (knows(promptSchema.shape, value)) kinds.push('fragment')
  if (knows(caseSchema.shape, value)) kinds.push('id' in value ? 'case' : 'case-fragment')
  if (kinds.length > 0) return kinds
  // A misspelt key must not make a block foreign.
  if (knowsSome(configSchema.shape, value)) kinds.push('config')
  if (knowsSome(promptSchema.shape, value)) kinds.push('fragment')
  return kinds.length === 0 && isNamedForeign.test(firstLine) ? ['foreign'] : kinds
}

function listKinds(items: Map[]): BlockKind[] {
  if (items.some((item) => 'uses' in item || 'run' in item)) return ['workflow']
  if (items.some((item) => 'ask' in item)) return ['rubric']
  return items.some((item) => 'id' in item || 'vars' in item) ? ['suite'] : []
}

const isWorkflow = (value: Map) => isMap(value.jobs) || ('on' in value && !('messages' in value))

/** What a line of JSON Lines, or a document of JSON, is by its shape. */
export function jsonKindsOf(value: unknown): BlockKind[] {
  if (!isMap(value)) return []
  if (typeof value.model === 'string' && ('case' in value || 'request' in value)) return ['recording']
  if ('id' in value && ('score' in value || 'error' in value) && !('vars' in value)) return ['scores']
  return 'id' in value && ('vars' in value || 'expected' in value || 'checks' in value) ? ['case'] : []
}
