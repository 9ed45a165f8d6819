import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Case } from '../../core/suite/cases/case.ts'
import { readSuite, suiteKind } from '../../core/suite/cases/read-suite.ts'
import type { LoadedProject } from '../../core/suite/project/project.ts'
import { SluiceError } from '../../errors.ts'
import { replaceFile } from '../../replace-file.ts'

/**
 * Writes the chosen cases, word for word where both files are JSON Lines, else each as one line of JSON, which is YAML too.
 * @throws SluiceError `invalid-input` where the file exists, has another ending, or lies where paths of cases would break
 */
export async function writePick(
  out: string,
  { suite, cases, force }: { suite: string; cases: readonly Case[]; force: boolean },
  { config, files }: LoadedProject,
): Promise<void> {
  const fault = (message: string) => new SluiceError('invalid-input', `--out ${out}: ${message}`)
  const kind = suiteKind(out)
  if (kind !== 'yaml' && kind !== 'jsonLines') throw fault('name a file that ends in .yaml or .jsonl')
  if (existsSync(out) && !force) throw fault('the file exists; --force replaces it')
  const isElsewhere = path.dirname(out) !== path.dirname(path.resolve(config.root, suite))
  const bound = cases.find(({ varFiles = [], checks }) => varFiles.length > 0 || checks.some(isModule))
  if (isElsewhere && bound !== undefined) {
    throw fault(`"${bound.id}" names files relative to ${suite}; write into the folder of that suite`)
  }
  const ids = new Set(cases.map(({ id }) => id))
  const lines: string[] = []
  for await (const rows of readSuite(files, suite, { root: config.root })) {
    for (const { data, source } of rows) if (data && ids.has(data.id)) lines.push(JSON.stringify(source?.value))
  }
  const prefix = kind === 'yaml' ? '- ' : ''
  await replaceFile(out, async (sink) => sink.write(lines.map((line) => `${prefix}${line}\n`).join('')))
}

const isModule = ({ type }: { type: string }) => type === 'module'
