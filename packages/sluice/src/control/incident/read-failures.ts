import { z } from 'zod'
import { suiteKind } from '../../core/suite/cases/read-suite.ts'
import { type Diagnostic, InvalidFilesError } from '../../core/suite/diagnostics/diagnostic.ts'
import type { Source } from '../../core/suite/diagnostics/source.ts'
import { validate } from '../../core/suite/diagnostics/validate.ts'
import { type Row, readRows } from '../../core/suite/json/json-lines.ts'
import { type ProjectFiles, streamFile } from '../../core/suite/project-files.ts'
import { plainData } from '../../core/suite/values/written.ts'
import { loadYaml } from '../../core/suite/yaml/load-yaml.ts'
import { storedContentSchema } from '../../records/content.ts'
import { type Failure, failedByJudge, wayOf } from './failure.ts'

const vars = z.record(z.string(), z.unknown())
const score = z.number().min(0).max(1).nullish()

const rowSchema = z
  .strictObject({
    vars: vars.exactOptional(),
    input: z.union([z.string(), vars], { error: 'expected a text, or a map of variables' }).exactOptional(),
    output: z.string().nullish(),
    expected: z.string().exactOptional(),
    score,
    judgement: z.unknown().optional(),
    source: vars.exactOptional(),
    // A stored content of the control plane is a row as it is.
    ...storedContentSchema.omit({ input: true, output: true, judgement: true, score: true }).partial().shape,
  })
  .superRefine((row, context) => {
    if ((row.vars === undefined) !== (row.input === undefined)) return
    context.addIssue({ code: 'custom', path: [], message: 'needs either "input" or "vars": what the model was asked' })
  })

type FailureRow = z.output<typeof rowSchema>

/**
 * The failures of a file: JSON Lines, or a JSON or YAML document with one of them or a list. `variables` are those of
 * the prompt: where it has one, `input` may be its text.
 * @throws InvalidFilesError with every fault.
 */
export async function readFailures(
  files: ProjectFiles,
  file: string,
  variables: readonly string[],
): Promise<Failure[]> {
  const rows = suiteKind(file) === 'jsonLines' ? await lineRows(files, file) : await documentRows(files, file)
  const faults = rows.flatMap(({ diagnostics }) => diagnostics.filter(({ severity }) => severity === 'error'))
  if (faults.length > 0) throw new InvalidFilesError(faults)
  return rows.flatMap(({ data, line }) => (data === undefined ? [] : [toFailure(data, { file, line, variables })]))
}

async function lineRows(files: ProjectFiles, file: string): Promise<Row<FailureRow>[]> {
  const batches = await Array.fromAsync(readRows(rowSchema, streamFile(files, file), files.describe(file)))
  return batches.flat()
}

async function documentRows(files: ProjectFiles, file: string): Promise<Row<FailureRow>[]> {
  const { source, diagnostics } = await loadYaml(files, file)
  const isWrong = diagnostics.some(({ severity }) => severity === 'error')
  if (source === undefined || isWrong) return [{ line: 1, diagnostics }]
  const list = Array.isArray(source.value)
  const values: unknown[] = Array.isArray(source.value) ? source.value : [source.value]
  return values.map((value, index) => {
    const item: Source = list ? { ...source, value, at: (at, key) => source.at([index, ...at], key) } : source
    return { line: item.at([]).line, ...validate(rowSchema, item) }
  })
}

interface RowPlace {
  file: string
  line: number
  variables: readonly string[]
}

function toFailure(row: FailureRow, place: RowPlace): Failure {
  const { rolloutId, version, id } = row
  const source = {
    ...(id === undefined ? {} : { outcome: id }),
    ...(typeof rolloutId === 'string' ? { rollout: rolloutId } : {}),
    ...(version === undefined ? {} : { version }),
    ...(plainData(row.source) as typeof row.source),
  }
  return {
    vars: plainData(row.vars ?? variablesOf(row.input, place)) as Record<string, unknown>,
    output: row.output ?? null,
    ...(row.expected === undefined ? {} : { expected: row.expected }),
    score: row.score ?? null,
    source: Object.keys(source).length === 0 ? { incident: `${place.file}:${place.line}` } : source,
    way: plainData(wayOf(row)) as Failure['way'],
    ...failedByJudge(row.judgement),
  }
}

function variablesOf(input: FailureRow['input'], { file, line, variables }: RowPlace): Record<string, unknown> {
  if (typeof input !== 'string') return input ?? {}
  const [only, ...others] = variables
  if (only !== undefined && others.length === 0) return { [only]: input }
  const message = `a text fits a prompt with one variable, and this one has ${variables.length}; give a map: {${variables.join(', ')}}`
  const fault: Diagnostic = { severity: 'error', file, line, column: 1, path: 'input', message }
  throw new InvalidFilesError([fault])
}
