import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import type { FidelityRow } from '../../../src/gate/import/fidelity.ts'
import { createProject } from '../../support/project.ts'

/** Data out of a file, which a test knows the form of. */
export type Parsed = ReturnType<typeof JSON.parse>

/** What a run of `sluice import` said and wrote. */
export interface ImportRun {
  code: number
  stderr: string
  rows: FidelityRow[]
  document: Parsed
  /** The written file: data of YAML and JSON Lines, the text of any other; undefined where it is not there. */
  written(file: string): Parsed
  /** Every `outcome name: note`, without the note where there is none. */
  fidelity: string[]
}

/** Imports the first of the files, or the folder `from`, into a new project. */
export async function runImport(
  format: string,
  files: Record<string, string | Uint8Array>,
  { flags = [], from = Object.keys(files)[0] ?? '' }: { flags?: string[]; from?: string } = {},
): Promise<ImportRun> {
  using project = createProject(files)
  const done = await project.sluice(['import', format, from, '--out', 'new', '--json', ...flags])
  const root = path.join(project.root, 'new')
  const names = existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }) : []
  const texts = new Map(
    names
      .filter((each) => each.isFile())
      .map((each) => {
        const file = path.join(each.parentPath, each.name)
        return [path.relative(root, file), readFileSync(file, 'utf8')]
      }),
  )
  const document: Parsed = done.code === 3 || done.stdout === '' ? { rows: [] } : JSON.parse(done.stdout)
  const rows: FidelityRow[] = document.rows
  return {
    code: done.code ?? -1,
    stderr: done.stderr,
    rows,
    document,
    fidelity: rows.map(({ outcome, name, note }) => `${outcome} ${name}${note === '' ? '' : `: ${note}`}`),
    written(file) {
      const text = texts.get(file)
      if (text === undefined) return undefined
      if (file.endsWith('.yaml') || file.endsWith('.yml')) return parse(text)
      return file.endsWith('.jsonl')
        ? text
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line))
        : text
    },
  }
}
