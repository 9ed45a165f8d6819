import { z } from 'zod'
import { invalidInput } from '../../../errors.ts'
import { isObject } from '../../../json.ts'
import { promptfooVariables, promptfooVersions } from '../../results/promptfoo.ts'
import { graderFailure } from '../../results/promptfoo-graders.ts'
import type { Data } from '../file-data.ts'

const data = z.record(z.string(), z.unknown())

/** What is known of every assertion; code may return more such results of its own. */
const componentSchema = z.looseObject({
  pass: z.boolean(),
  score: z.number().nullish(),
  reason: z.string().nullish(),
  assertion: z.looseObject({ type: z.string() }).nullish(),
  metadata: data.nullish(),
})

const rowSchema = z.looseObject({
  testIdx: z.int().nullish(),
  promptIdx: z.int().nullish(),
  testCase: data.nullish(),
  vars: data.nullish(),
  prompt: z.looseObject({ raw: z.string(), label: z.string().nullish() }),
  provider: z.union([z.string(), z.looseObject({ id: z.string().nullish(), label: z.string().nullish() })]).nullish(),
  response: z
    .looseObject({
      output: z.unknown().optional(),
      error: z.unknown().optional(),
      finishReason: z.string().nullish(),
      tokenUsage: z.looseObject({ prompt: z.number().nullish(), completion: z.number().nullish() }).nullish(),
    })
    .nullish(),
  error: z.string().nullish(),
  /** 0 none, 1 an assertion, 2 an error. */
  failureReason: z.int().nullish(),
  success: z.boolean(),
  score: z.number().nullish(),
  latencyMs: z.number().nullish(),
  cost: z.number().nullish(),
  gradingResult: z
    .looseObject({
      pass: z.boolean(),
      score: z.number().nullish(),
      reason: z.string().nullish(),
      metadata: data.nullish(),
      assertion: z.looseObject({ type: z.string().nullish() }).nullish().catch(undefined),
      componentResults: z.array(componentSchema.nullish()).nullish(),
    })
    .nullish(),
})

export type FooResult = z.output<typeof rowSchema>
export type Component = z.output<typeof componentSchema>

/** The templates of the prompts, by `promptIdx`. */
export interface FooResults {
  rows: FooResult[]
  prompts: { raw: string; label: string }[]
}

/** Whether data are results, in a file of their own or as lines. */
export function isResults(given: unknown): boolean {
  if (Array.isArray(given))
    return given.length > 0 && given.every((row) => isObject(row) && 'success' in row && 'prompt' in row)
  return isObject(given) && (isObject(given.results) || (Array.isArray(given.results) && 'version' in given))
}

/** @throws SluiceError `invalid-input` for a version that is not known, and for rows that are none */
export function readResults(given: unknown, name: string): FooResults {
  const inner = isObject(given) ? (isObject(given.results) ? given.results : given) : { version: 3, results: given }
  const { version, results } = inner
  if (typeof version !== 'number' || !promptfooVersions.includes(version) || !Array.isArray(results)) {
    const found = version === undefined ? 'no version' : `version ${JSON.stringify(version)}`
    throw invalidInput(
      `${name}: results of ${found}${Array.isArray(results) ? '' : ' without a list of results'}; versions ${promptfooVersions.join(' and ')} are read. Export them again with promptfoo eval -o results.json`,
    )
  }
  const rows = results.map((row, index) => {
    const { data: read, error } = rowSchema.safeParse(row)
    if (read !== undefined) return read
    const [issue] = error.issues
    throw invalidInput(`${name}: results[${index}].${issue?.path.join('.')}: ${issue?.message}`)
  })
  const order = (row: FooResult) => [row.testIdx ?? 0, row.promptIdx ?? 0] as const
  rows.sort((a, b) => order(a)[0] - order(b)[0] || order(a)[1] - order(b)[1])
  return { rows, prompts: promptsOf(inner) }
}

function promptsOf({ prompts, table }: Data): FooResults['prompts'] {
  const head = isObject(table) && isObject(table.head) ? table.head.prompts : undefined
  const list = Array.isArray(prompts) ? prompts : Array.isArray(head) ? head : []
  return list.flatMap((each: unknown) =>
    isObject(each) && typeof each.raw === 'string'
      ? [{ raw: each.raw, label: typeof each.label === 'string' ? each.label : each.raw }]
      : [],
  )
}

/** The output as the text that assertions saw; undefined where there was none. */
export function outputText({ response }: FooResult): string | undefined {
  const output = response?.output
  if (output === undefined || output === null) return undefined
  return typeof output === 'string' ? output : JSON.stringify(output)
}

/** Why a row says nothing about its output: the call failed, or the grader did. It is never a score of 0. */
export function rowError(row: FooResult): string | undefined {
  const { failureReason, response, gradingResult } = row
  const text = row.error ?? (typeof response?.error === 'string' ? response.error : undefined)
  if (failureReason === 2 || response?.error) return text ?? 'an error without a message'
  const graders = [gradingResult, ...(gradingResult?.componentResults ?? [])]
  const [grader] = graders.flatMap((each) => (each && graderFailure(each)) ?? [])
  if (grader !== undefined) return grader
  if (!gradingResult && text) return text
  return outputText(row) === undefined ? 'there is no output' : undefined
}

/** Who answered, in a word. */
export function providerLabel({ provider }: FooResult): string {
  const named = typeof provider === 'string' ? provider : provider?.label || provider?.id
  return (named ?? 'unknown').replaceAll(/\s+/g, '-')
}

/** The variables of a row, files read. */
export function rowVars({ vars, testCase }: FooResult): Data {
  const given = vars ?? (isObject(testCase?.vars) ? testCase.vars : {})
  return Object.fromEntries(Object.entries(given).filter(([name]) => !promptfooVariables.has(name)))
}

/** The test of a row; of older results the assertions alone are known. */
export function rowTest(row: FooResult): Data {
  if (row.testCase) return row.testCase
  return {
    assert: (row.gradingResult?.componentResults ?? []).flatMap((each) => (each?.assertion ? [each.assertion] : [])),
  }
}
