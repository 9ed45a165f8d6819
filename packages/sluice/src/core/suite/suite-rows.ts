import path from 'node:path'
import { type Case, caseSchema } from './case.ts'
import { resolveModule } from './check-faults.ts'
import { csvRows } from './csv-rows.ts'
import type { Diagnostic } from './diagnostic.ts'
import { type ProjectFiles, streamFile } from './files.ts'
import { readItems } from './json-array.ts'
import { type Row, readRows, rowsOf } from './json-lines-file.ts'
import { loadYaml } from './load-yaml.ts'
import type { Source } from './source.ts'
import { suiteKind } from './suite-paths.ts'
import { validate } from './validate.ts'

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
    yield rows.map(({ data, ...row }) => {
      if (data === undefined) return row
      const checks = data.checks.map((spec) => resolveModule(spec, place))
      return { ...row, data: { ...data, checks, line: row.line } }
    })
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

async function* yamlRows(files: ProjectFiles, suite: string): AsyncGenerator<Row<CaseFile>[]> {
  const { source, diagnostics } = await loadYaml(files, suite)
  if (diagnostics.length > 0) yield [{ line: 1, diagnostics }]
  if (source === undefined || source.value === null) return
  if (!Array.isArray(source.value)) {
    yield [{ line: 1, diagnostics: [notAList(source)] }]
    return
  }
  yield source.value.map((value: unknown, index) => {
    const item: Source = { file: source.file, value, at: (at, key) => source.at([index, ...at], key) }
    return { line: source.at([index]).line, source: item, ...validate(caseSchema, item) }
  })
}

function notAList({ file, at, value }: Source): Diagnostic {
  const [inner] = typeof value === 'object' && value !== null ? Object.keys(value) : []
  const hint =
    inner === undefined ? '' : `; begin each with "- id: ..." and remove what stands above, such as "${inner}:"`
  return { severity: 'error', file, ...at([]), path: '', message: `expected a list of cases${hint}` }
}
