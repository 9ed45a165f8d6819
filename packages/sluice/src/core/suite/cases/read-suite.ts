import path from 'node:path'
import { resolveModule } from '../checks/check-faults.ts'
import { type Diagnostic, InvalidFilesError } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located, validate } from '../diagnostics/validate.ts'
import { readItems } from '../json/json-array.ts'
import { type Row, readRows, rowsOf } from '../json/json-lines.ts'
import { isMissingFile, type ProjectFiles, streamFile } from '../project-files.ts'
import { loadYaml, unreadable } from '../yaml/load-yaml.ts'
import { type Case, caseSchema } from './case.ts'
import { resolveConversation } from './conversation.ts'
import { csvRows } from './csv-cases.ts'
import { fileVariables } from './file-variables.ts'
import { resolveMocks } from './mock.ts'

const kinds = { yaml: ['yaml', 'yml'], json: ['json'], jsonLines: ['jsonl', 'ndjson'], csv: ['csv', 'tsv'] }

/** How a suite is written, by the ending of its name; undefined for one that is not known. */
export function suiteKind(file: string): keyof typeof kinds | undefined {
  const ending = path.posix.extname(file).slice(1)
  return (Object.keys(kinds) as (keyof typeof kinds)[]).find((kind) => kinds[kind].includes(ending))
}

/**
 * The cases of a suite with their faults, in batches: YAML all at once, the other kinds as the file arrives.
 * Rejects like `ProjectFiles.read`, and with InvalidFilesError where these are not UTF-8 or no list.
 */
export async function* readSuite(
  files: ProjectFiles,
  suite: string,
  { root }: { root: string },
): AsyncGenerator<Row<Case>[]> {
  const place = { root, folder: path.posix.dirname(suite) }
  for await (const rows of batchesOf(files, suite)) {
    const read: Row<Case>[] = []
    for (const { data, ...row } of rows) {
      if (data === undefined) {
        read.push(row)
        continue
      }
      const checks = data.checks.map((spec) => resolveModule(spec, place))
      const { vars, varFiles, faults } = await fileVariables(data.vars, files, place.folder)
      const source = row.source ?? {
        file: files.describe(suite),
        value: data,
        at: () => ({ line: row.line, column: 1 }),
      }
      const diagnostics = faults.map(({ name, message }) => located(source, ['vars', name], message))
      const mocks = data.mocks && { mocks: resolveMocks(data.mocks, place.folder) }
      const { messages, turns, simulate, ...others } = data
      const rest = { ...others, ...(simulate && { simulate }) }
      const conversation = await resolveConversation(
        { ...(messages && { messages }), ...(turns && { turns }), ...(simulate && { simulate }) },
        { files, ...place, source },
      )
      diagnostics.push(...conversation.faults)
      const paths = [...varFiles, ...conversation.paths]
      const own = { vars, checks, ...mocks, ...conversation.conversation, line: row.line }
      const item = { ...rest, ...own, ...(paths.length > 0 && { varFiles: paths }) }
      read.push({ ...row, data: item, diagnostics: [...row.diagnostics, ...diagnostics] })
    }
    yield read
  }
}

type CaseFile = ReturnType<typeof caseSchema.parse>

function batchesOf(files: ProjectFiles, suite: string): AsyncGenerator<Row<CaseFile>[]> {
  const kind = suiteKind(suite)
  if (kind === 'yaml' || kind === undefined) return yamlRows(files, suite)
  const file = files.describe(suite)
  const chunks = streamFile(files, suite)
  if (kind === 'csv') return csvRows(chunks, { file, isTabbed: suite.endsWith('.tsv') })
  return kind === 'json' ? rowsOf(caseSchema, readItems(chunks, file), file) : readRows(caseSchema, chunks, file)
}

/** Rows of a file that was parsed once are checked once. */
const checkedRows = new WeakMap<Source, Row<CaseFile>[]>()

async function* yamlRows(files: ProjectFiles, suite: string): AsyncGenerator<Row<CaseFile>[]> {
  const { source, diagnostics } = await loadYaml(files, suite)
  if (diagnostics.length > 0) yield [{ line: 1, diagnostics }]
  if (source === undefined || source.value === null) return
  if (!Array.isArray(source.value)) {
    yield [{ line: 1, diagnostics: [notAList(source)] }]
    return
  }
  const rows = checkedRows.get(source) ?? source.value.map((value: unknown, index) => checkedRow(source, value, index))
  checkedRows.set(source, rows)
  yield rows
}

function checkedRow(source: Source, value: unknown, index: number): Row<CaseFile> {
  const item: Source = { file: source.file, value, at: (at, key) => source.at([index, ...at], key) }
  return { line: source.at([index]).line, source: item, ...validate(caseSchema, item) }
}

function notAList({ file, at, value }: Source): Diagnostic {
  const [inner] = typeof value === 'object' && value !== null ? Object.keys(value) : []
  const hint =
    inner === undefined ? '' : `; begin each with "- id: ..." and remove what stands above, such as "${inner}:"`
  return { severity: 'error', file, ...at([]), path: '', message: `expected a list of cases${hint}` }
}

/**
 * The cases of a suite file, in its order. JSON Lines are streamed: memory does not grow with their number. Duplicate
 * ids are the business of `checkCases`.
 * @throws InvalidFilesError at the first case that is not valid, and when the file cannot be read.
 */
export async function* readCases(files: ProjectFiles, path: string, { root }: { root: string }): AsyncGenerator<Case> {
  try {
    for await (const rows of readSuite(files, path, { root })) {
      for (const { data, diagnostics } of rows) {
        const errors = diagnostics.filter(({ severity }) => severity === 'error')
        if (errors.length > 0) throw new InvalidFilesError(errors)
        if (data !== undefined) yield data
      }
    }
  } catch (error) {
    if (!isMissingFile(error)) throw error
    throw new InvalidFilesError([unreadable(files.describe(path), error)], { cause: error })
  }
}
