import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { openProjectDatabase } from '../../../core/answers/project-database.ts'
import type { LoadedProject } from '../../../core/suite/project/project.ts'
import type { Prompt } from '../../../core/suite/prompt/prompt.ts'
import { SluiceError } from '../../../errors.ts'
import { appendLines, mergeByLine } from '../append-lines.ts'
import { labelFilesOf } from '../label-files.ts'
import { knownOutputs } from '../label-questions.ts'
import { csvLabels } from './csv-labels.ts'
import { type SettledLabels, settleLabels } from './settle-labels.ts'
import { foreignOutputs, langfuseLabels, langsmithLabels } from './tool-labels.ts'

export const labelFormats = ['csv', 'langfuse', 'langsmith'] as const

export interface ImportLabelsRequest {
  format: (typeof labelFormats)[number]
  /** The file of labels, relative to `cwd` as are the others. */
  file: string
  cwd: string
  /** The fields of columns of a CSV file that are not called so, e.g. `verdict` of `Rating`. */
  columns: ReadonlyMap<string, string>
  /** The file of the texts that the labels are about, where they stand in another. */
  outputs: string | undefined
  /** Where the file names no item, and no labeller. */
  item: string | undefined
  labeller: string | undefined
  sawJudge: boolean
  /** ISO 8601; the time of labels for which the file has none. */
  now: string
}

/** What became of the labels of another tool. */
export interface ImportedLabels extends SettledLabels {
  /** How many the file has. */
  found: number
  /** The file that they were written into. */
  into: string
}

/**
 * Adds labels that people gave in another tool to those of the feature.
 * @throws SluiceError `invalid-input`
 */
export async function importLabels(
  { project, prompt }: { project: LoadedProject; prompt: Prompt },
  { format, file, cwd, columns, outputs, ...given }: ImportLabelsRequest,
): Promise<ImportedLabels> {
  if (format !== 'csv' && columns.size > 0)
    throw new SluiceError('invalid-input', `--map: files of ${format} have no columns`)
  const { root } = project.config
  const content = await readText(cwd, file)
  const foreign =
    format === 'csv'
      ? await csvLabels(content, file, columns)
      : (format === 'langfuse' ? langfuseLabels : langsmithLabels)(content, file)
  const texts = outputs === undefined ? new Map() : foreignOutputs(await readText(cwd, outputs), outputs)
  const database = openProjectDatabase(root)
  const known = await knownOutputs({ project, prompt, database }).finally(() => database.close())
  const settled = settleLabels({ foreign, foreignOutputs: texts, ...known, ...given })
  const files = labelFilesOf(prompt.feature)
  if (settled.labels.length > 0) await mergeByLine(root)
  await appendLines(root, files.outputs, settled.outputs)
  await appendLines(root, files.labels, settled.labels)
  return { ...settled, found: foreign.length, into: files.labels }
}

async function readText(cwd: string, name: string): Promise<string> {
  const bytes = await readFile(path.resolve(cwd, name)).catch((cause: Error) => {
    throw new SluiceError('invalid-input', `${name}: cannot be read: ${cause.message}`, { cause })
  })
  // Else a text would differ from the one that people saw, and the judge would be asked about another.
  if (!isUtf8(bytes)) throw new SluiceError('invalid-input', `${name}: this is not UTF-8; save it as UTF-8`)
  return bytes.toString('utf8')
}
