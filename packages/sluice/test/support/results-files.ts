import assert from 'node:assert/strict'
import { type ReadSide, type ResultsOptions, readSide } from '../../src/gate/results/read-results.ts'
import { createProject } from './project.ts'

// Results files in the forms of other tools, as small as they are read.

/** Reads a results file, which messages call `a.json`. */
export async function readResults(
  content: string | Uint8Array,
  options: ResultsOptions = {},
  name = 'a.json',
): Promise<ReadSide> {
  using project = createProject({ 'a.json': content })
  return await readSide(name, options, project.root)
}

/** Why it cannot be read. */
export async function refusalOf(...args: Parameters<typeof readResults>): Promise<string> {
  const error: unknown = await readResults(...args).then(
    () => assert.fail('it was read'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof Error)
  return error.message
}

/** One result; `score` is a number, or the reason why there is none. */
export interface Outcome {
  id: string
  score: number | { error: string }
}

export const outcomes = (count: number, score: (index: number) => Outcome['score']): Outcome[] =>
  Array.from({ length: count }, (_, index) => ({ id: `q${index}`, score: score(index) }))

interface FooOptions {
  provider?: string
  prompt?: string
  grader?: string | undefined
  /** Fields of every result. */
  more?: object
}

export function fooRow({ id, score }: Outcome, options: FooOptions = {}) {
  const { provider = 'openai:gpt-5', prompt = 'Answer {{question}}', grader, more } = options
  const assertion =
    grader === undefined
      ? { type: 'contains', value: 'yes' }
      : { type: 'llm-rubric', value: 'Is it right?', provider: grader }
  const isError = typeof score === 'object'
  const value = isError ? 0 : score
  const component = { pass: value >= 0.5, score: value, reason: 'r', assertion }
  return {
    promptIdx: 0,
    testIdx: 0,
    testCase: { vars: { question: id }, assert: [assertion] },
    promptId: prompt,
    provider: { id: provider, label: '' },
    prompt: { raw: prompt.replace('{{question}}', id), label: prompt },
    vars: { question: id },
    response: isError ? { error: score.error } : { output: 'yes' },
    error: isError ? score.error : null,
    failureReason: isError ? 2 : value >= 0.5 ? 0 : 1,
    success: value >= 0.5,
    score: value,
    latencyMs: 1200,
    cost: 0.001,
    gradingResult: isError ? null : { pass: value >= 0.5, score: value, reason: 'r', componentResults: [component] },
    namedScores: {},
    ...more,
  }
}

/** What `promptfoo eval -o results.json` writes. */
export function foo(
  rows: readonly object[],
  { config = {}, version = 3 }: { config?: object; version?: number } = {},
): string {
  return JSON.stringify({
    evalId: 'eval-1',
    results: { version, timestamp: '2026-11-01T00:00:00Z', prompts: [], results: rows },
    config,
    shareableUrl: null,
    metadata: { promptfooVersion: '0.119.0' },
  })
}

export const fooFile = (all: readonly Outcome[], options: FooOptions = {}): string =>
  foo(all.map((outcome) => fooRow(outcome, options)))

export interface InspectOptions {
  model?: string
  scorers?: object[]
  roles?: object
  status?: string
}

export const inspectSample = (id: string | number, value: unknown, more: object = {}) => ({
  id,
  epoch: 1,
  input: `Question ${id}`,
  target: 'yes',
  scores: { match: { value } },
  metadata: {},
  model_usage: { 'openai/gpt-5': { total_cost: 0.02 } },
  total_time: 2,
  ...more,
})

export function inspectHeader({
  model = 'openai/gpt-5',
  scorers = [{ name: 'match' }],
  roles,
  status = 'success',
}: InspectOptions = {}) {
  return {
    version: 2,
    status,
    eval: {
      task: 'qa',
      task_version: 0,
      model,
      ...(roles && { model_roles: roles }),
      dataset: { name: 'qa', samples: 3 },
      config: { epochs: 1 },
      scorers,
    },
    results: { scores: [{ name: 'match', scorer: 'match' }] },
  }
}

export const inspectFile = (samples: readonly object[], options: InspectOptions = {}): string =>
  JSON.stringify({ ...inspectHeader(options), samples })
