import path from 'node:path'
import { type Case, caseSchema } from './case.ts'
import { resolveModule } from './check-faults.ts'
import type { Diagnostic } from './diagnostic.ts'
import { type ProjectFiles, streamFile } from './files.ts'
import { type Row, readRows } from './json-lines-file.ts'
import { loadYaml } from './load-yaml.ts'
import type { Source } from './source.ts'
import { isJsonLines } from './suite-paths.ts'
import { validate } from './validate.ts'

/**
 * The cases of a suite with their faults, in batches: JSON Lines as the file arrives, YAML all at once.
 * Rejects like `ProjectFiles.read`, and with InvalidFilesError where JSON Lines are not UTF-8.
 */
export async function* readSuite(
  files: ProjectFiles,
  suite: string,
  { root }: { root: string },
): AsyncGenerator<Row<Case>[]> {
  const place = { root, folder: path.posix.dirname(suite) }
  const batches = isJsonLines(suite)
    ? readRows(caseSchema, streamFile(files, suite), files.describe(suite))
    : yamlRows(files, suite)
  for await (const rows of batches) {
    yield rows.map(({ data, ...row }) => {
      if (data === undefined) return row
      const checks = data.checks.map((spec) => resolveModule(spec, place))
      return { ...row, data: { ...data, checks, line: row.line } }
    })
  }
}

type CaseFile = ReturnType<typeof caseSchema.parse>

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
