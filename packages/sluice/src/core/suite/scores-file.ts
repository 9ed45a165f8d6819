import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { weightSchema } from '../../records/rubric.ts'
import { caseIdSchema, tagsSchema } from './cases/case.ts'
import { type Diagnostic, InvalidFilesError } from './diagnostics/diagnostic.ts'
import { createFaultLog } from './diagnostics/fault-log.ts'
import { located } from './diagnostics/validate.ts'
import { type Row, readRows } from './json/json-lines.ts'
import { withoutNulls } from './values/without-nulls.ts'
import { unreadable } from './yaml/load-yaml.ts'

export const scoreSchema = z
  .strictObject({
    id: caseIdSchema.meta({
      description: 'Id of the case; candidate and baseline are paired by it.',
      examples: ['late-order-03'],
    }),
    score: z
      .number()
      .min(0)
      .max(1)
      .nullish()
      .meta({ description: 'The score; this or error is required.', examples: [0.8] }),
    repeat: z
      .int()
      .min(1)
      .nullish()
      .meta({ description: 'Which answer to the case this is, from 1 (default 1).', examples: [2] }),
    tags: tagsSchema.nullish().meta({ description: 'Slices that are judged on their own.', examples: [['core']] }),
    weight: weightSchema.nullish().meta({ description: 'Share in every mean (default 1).', examples: [2] }),
    cluster: z
      .string()
      .min(1)
      .nullish()
      .meta({
        description: 'Name of a group of cases that depend on each other; intervals become wider by it.',
        examples: ['mail-17'],
      }),
    critical: z
      .boolean()
      .nullish()
      .meta({ description: 'This case may not regress (default false).', examples: [true] }),
    costUsd: z
      .number()
      .min(0)
      .nullish()
      .meta({ description: 'What the answer cost, in USD.', examples: [0.0004] }),
    latencyMs: z
      .number()
      .min(0)
      .nullish()
      .meta({ description: 'How long the answer took, in milliseconds.', examples: [840] }),
    error: z
      .string()
      .min(1)
      .nullish()
      .meta({ description: 'The case could not be scored, for this reason.', examples: ['timeout'] }),
  })
  .superRefine(({ score, error }, context) => {
    const problem = (message: string) => context.addIssue({ code: 'custom', path: ['score'], message })
    if (score == null && error == null) problem('missing; give a number from 0 to 1, or the "error" that prevented it')
    if (score != null && error != null) problem('stands beside an "error"; a case that failed has no score')
  })
  .transform((row) => withoutNulls(row))
  .meta({ title: 'Sluice scores', description: 'One score of a case, made by whatever tool.' })

/** One score that the user supplies; exactly one of `score` and `error` is set. */
export interface ScoreRow {
  id: string
  /** In [0,1]. */
  score?: number
  /** From 1. */
  repeat: number
  tags: string[]
  /** > 0. */
  weight: number
  cluster?: string
  critical: boolean
  costUsd?: number
  latencyMs?: number
  error?: string
  line: number
}

/**
 * Reads a JSON Lines file of scores, which messages call `name`.
 * @throws InvalidFilesError with every fault of the file, also when it is empty or a repeat is there twice.
 */
export async function readScores(path: string, name = path): Promise<ScoreRow[]> {
  const faults = createFaultLog()
  const rows: ScoreRow[] = []
  const first = new Map<string, number>()
  try {
    for await (const batch of readRows(scoreSchema, createReadStream(path), name)) {
      for (const { data, line, ...row } of batch) {
        for (const diagnostic of row.diagnostics) faults.add(diagnostic)
        if (data === undefined) continue
        const score = { repeat: 1, tags: [], weight: 1, critical: false, ...data, line }
        const taken = twice(first, score, row)
        if (taken === undefined) rows.push(score)
        else faults.add(taken)
      }
    }
  } catch (error) {
    if (error instanceof InvalidFilesError) for (const diagnostic of error.diagnostics) faults.add(diagnostic)
    else faults.add(unreadable(name, error))
  }
  const found = faults.all()
  if (found.length > 0) throw new InvalidFilesError(found)
  if (rows.length > 0) return rows
  throw new InvalidFilesError([
    { severity: 'error', file: name, line: 1, column: 1, path: '', message: 'holds no scores' },
  ])
}

function twice(
  first: Map<string, number>,
  { id, repeat, line }: ScoreRow,
  { source }: Pick<Row<unknown>, 'source'>,
): Diagnostic | undefined {
  const key = `${repeat} ${id}`
  const earlier = first.get(key)
  first.set(key, earlier ?? line)
  if (earlier === undefined || source === undefined) return undefined
  const message = `repeat ${repeat} of "${id}" is already in line ${earlier}; number the repeats of a case: "repeat": 2`
  return located(source, ['id'], message)
}
