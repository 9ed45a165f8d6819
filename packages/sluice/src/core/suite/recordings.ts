import { z } from 'zod'
import type { AnswerTrace } from '../../records/answer-trace.ts'
import { readTrace } from '../trajectory/read-trace.ts'
import { caseIdSchema } from './cases/case.ts'
import { type Diagnostic, InvalidFilesError } from './diagnostics/diagnostic.ts'
import { createFaultLog } from './diagnostics/fault-log.ts'
import { readRows } from './json/json-lines.ts'
import { type ProjectFiles, streamFile } from './project-files.ts'
import { withoutNulls } from './values/without-nulls.ts'
import { unreadable } from './yaml/load-yaml.ts'

const tokens = z.int().min(0).nullish()
const list = z.array(z.unknown()).nullish()

/** What was done on the way to the output; read as the report of an application is. */
const traceFields = {
  messages: list.meta({
    description: 'The messages with their calls of tools, in the form of OpenAI, Anthropic or the AI SDK.',
    examples: [[{ role: 'assistant', tool_calls: [{ function: { name: 'lookUp', arguments: '{"order": 1182}' } }] }]],
  }),
  steps: list.meta({
    description: 'The steps of the AI SDK.',
    examples: [[{ text: '', toolCalls: [{ toolCallId: 'a', toolName: 'lookUp', input: { order: 1182 } }] }]],
  }),
  spans: z
    .unknown()
    .optional()
    .meta({
      description: 'Spans of OpenTelemetry: OTLP as JSON, or a list of spans.',
      examples: [[{ name: 'execute_tool lookUp', attributes: { 'gen_ai.tool.call.arguments': '{"order": 1182}' } }]],
    }),
  toolCalls: list.meta({
    description: 'The calls of tools alone; each counts as a step of its own.',
    examples: [[{ name: 'lookUp', arguments: { order: 1182 }, result: { late: true } }]],
  }),
  retrieved: list.meta({
    description: 'The documents that were looked up, best first: ids, or {id, text}.',
    examples: [['returns-2', { id: 'returns-7', text: 'Returns are free for 30 days.' }]],
  }),
  state: z
    .unknown()
    .optional()
    .meta({
      description: 'The state afterwards, any JSON value; null is a state too.',
      examples: [{ refunded: false }],
    }),
}

export const recordingSchema = z
  .strictObject({
    case: caseIdSchema.nullish().meta({
      description: 'Id of the case that was answered; this or request is required.',
      examples: ['late-order-03'],
    }),
    request: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')
      .nullish()
      .meta({
        description: 'Hash of the exact request; the recording then answers that request only.',
        examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
      }),
    model: z
      .string()
      .min(1)
      .meta({ description: "What stands behind the provider's name: small in recorded:small.", examples: ['small'] }),
    repeat: z
      .int()
      .min(1)
      .nullish()
      .meta({ description: 'Which answer to the case this is, from 1 (default 1).', examples: [2] }),
    output: z
      .string()
      .nullish()
      .meta({ description: 'What the model answered; this or error is required.', examples: ['Order 1182 is late.'] }),
    finishReason: z
      .enum(['stop', 'length', 'filter'])
      .nullish()
      .meta({
        description: 'How it ended: length when it was cut off, filter when it was refused or blocked (default stop).',
        examples: ['length'],
      }),
    inputTokens: tokens.meta({ description: 'Tokens of the request.', examples: [212] }),
    outputTokens: tokens.meta({ description: 'Tokens of the answer.', examples: [6] }),
    latencyMs: z
      .number()
      .min(0)
      .nullish()
      .meta({ description: 'How long the answer took, in milliseconds.', examples: [840] }),
    costUsd: z
      .number()
      .min(0)
      .nullish()
      .meta({ description: 'What the answer cost, in USD.', examples: [0.0004] }),
    error: z
      .string()
      .min(1)
      .nullish()
      .meta({ description: 'The call failed with this message, without output.', examples: ['overloaded'] }),
    ...traceFields,
  })
  .superRefine(({ case: id, request, output, error }, context) => {
    const problem = (message: string) => context.addIssue({ code: 'custom', message })
    if (id == null && request == null) problem('answers nothing; give the "case" or the "request"')
    if (output == null && error == null) problem('records nothing; give the "output" or the "error"')
    if (output != null && error != null) problem('has both an "output" and an "error"; only one can be true')
  })
  .transform(({ messages, steps, spans, toolCalls, retrieved, state, ...recording }): Recording => {
    const trace = readTrace({ messages, steps, spans, toolCalls, retrieved, state })
    return { ...withoutNulls(recording), ...(trace && { trace }) }
  })
  .meta({ title: 'Sluice recording', description: 'One recorded answer of a model.' })

/** One recorded answer; exactly one of `output` and `error` is set. */
export interface Recording {
  case?: string
  /** The hash of a request, 64 hex digits: the recording answers this exact request only. */
  request?: string
  model: string
  /** From 1. */
  repeat?: number
  output?: string
  finishReason?: 'stop' | 'length' | 'filter'
  inputTokens?: number
  outputTokens?: number
  latencyMs?: number
  costUsd?: number
  error?: string
  /** What was done on the way to the output; absent where nothing was recorded. */
  trace?: AnswerTrace
}

/** Where a recording stands. */
export interface RecordingPlace {
  file: string
  line: number
}

/**
 * The recordings of all files that match, in the order of file and line, streamed. After the first fault nothing more
 * is given out, but the files are read to their end.
 * @throws InvalidFilesError with every fault of every file, and when a glob matches nothing.
 */
export async function* readRecordings(
  files: ProjectFiles,
  globs: readonly string[],
): AsyncGenerator<Recording & RecordingPlace> {
  const faults: Diagnostic[] = []
  for (const path of await recordingFiles(files, globs)) {
    const file = files.describe(path)
    const log = createFaultLog()
    try {
      for await (const rows of readRows(recordingSchema, streamFile(files, path), file)) {
        for (const { data, line, diagnostics } of rows) {
          for (const diagnostic of diagnostics) log.add(diagnostic)
          if (data !== undefined && faults.length + log.all().length === 0) yield { ...data, file, line }
        }
      }
    } catch (error) {
      if (error instanceof InvalidFilesError) for (const diagnostic of error.diagnostics) log.add(diagnostic)
      else if (error instanceof Error && 'errno' in error) log.add(unreadable(file, error))
      else throw error
    }
    faults.push(...log.all())
  }
  if (faults.length > 0) throw new InvalidFilesError(faults)
}

async function recordingFiles(files: ProjectFiles, globs: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(globs.map((glob) => files.list(glob)))
  const empty = globs.filter((_, index) => lists[index]?.length === 0)
  if (empty.length === 0) return [...new Set(lists.flat())].sort()
  const place = { severity: 'error', line: 1, column: 1, path: '' } as const
  throw new InvalidFilesError(empty.map((glob) => ({ ...place, file: glob, message: 'no such file of recordings' })))
}
