import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { openProjectDatabase } from '../../core/answers/project-database.ts'
import { selectFeature } from '../../core/suite/project/select-feature.ts'
import { SluiceError } from '../../errors.ts'
import { calibrateCommand } from '../../gate/label-page/words.ts'
import { appendLines, mergeByLine } from '../../gate/labels/append-lines.ts'
import { csvLabels } from '../../gate/labels/import/csv-labels.ts'
import { settleLabels } from '../../gate/labels/import/settle-labels.ts'
import { foreignOutputs, langfuseLabels, langsmithLabels } from '../../gate/labels/import/tool-labels.ts'
import { labelFilesOf } from '../../gate/labels/label-files.ts'
import { knownOutputs } from '../../gate/labels/label-questions.ts'
import type { Label } from '../../records/label.ts'
import { visibleLine } from '../../text/untrusted.ts'
import { oneOf, readFlags, set, text, texts } from '../flags.ts'
import type { Host } from '../host.ts'
import { openProject } from '../session/open-project.ts'

const importFlags = {
  format: oneOf(['csv', 'langfuse', 'langsmith']),
  map: texts.optional(),
  outputs: text.optional(),
  item: text.optional(),
  labeller: text.optional(),
  blind: set.optional(),
  sawJudge: set.optional(),
}

const shown = 10

/** `sluice judge import <format> <file> <feature>`: labels that people gave in another tool. */
export async function importLabels(
  [format, file, feature]: readonly [string, string, string],
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const flags = readFlags('judge import', importFlags, { ...given, format })
  // Nobody but the user knows, and labels of who has seen the judge agree with it by themselves.
  if (flags.blind === flags.sawJudge)
    throw new SluiceError(
      'invalid-input',
      'say whether the labellers knew what the judge says: --blind if they did not, --saw-judge if they did or may have (these count for nothing)',
    )
  const project = await openProject(host, (prompt) => prompt.feature === feature)
  const prompt = selectFeature(project.prompts, feature)
  const { root } = project.config
  const read = async (name: string) => {
    const bytes = await readFile(path.resolve(host.cwd(), name)).catch((cause: Error) => {
      throw new SluiceError('invalid-input', `${name}: cannot be read: ${cause.message}`, { cause })
    })
    // Else a text would differ from the one that people saw, and the judge would be asked about another.
    if (!isUtf8(bytes)) throw new SluiceError('invalid-input', `${name}: this is not UTF-8; save it as UTF-8`)
    return bytes.toString('utf8')
  }
  const content = await read(file)
  const foreign =
    flags.format === 'csv'
      ? await csvLabels(content, file, columnsOf(flags.map ?? []))
      : (flags.format === 'langfuse' ? langfuseLabels : langsmithLabels)(content, file)
  const outputs = flags.outputs === undefined ? new Map() : foreignOutputs(await read(flags.outputs), flags.outputs)
  const database = openProjectDatabase(root)
  const known = await knownOutputs({ project, prompt, database }).finally(() => database.close())
  const { item, labeller, sawJudge = false } = flags
  const now = new Date().toISOString()
  const settled = settleLabels({ foreign, foreignOutputs: outputs, ...known, item, labeller, sawJudge, now })
  const files = labelFilesOf(feature)
  if (settled.labels.length > 0) await mergeByLine(root)
  await appendLines(root, files.outputs, settled.outputs)
  await appendLines(root, files.labels, settled.labels)
  const { leftOut, repeated } = settled
  for (const { place, reason } of leftOut.slice(0, shown))
    host.stderr.write(`${file}: ${place}: ${visibleLine(reason)}. The label is left out\n`)
  if (leftOut.length > shown) host.stderr.write(`… and ${leftOut.length - shown} more labels are left out.\n`)
  const ofModels = settled.labels.filter(({ kind }) => kind === 'model').length
  host.stderr.write(
    `${settled.labels.length} of ${foreign.length} labels are imported into ${files.labels}${repeated === 0 ? '' : `; ${repeated} were there already`}.\n`,
  )
  const changed = settled.labels.length - new Set(settled.labels.map(placeOf)).size
  if (changed > 0)
    host.stderr.write(`${changed} of them are given again further down by the same person; the last counts.\n`)
  if (ofModels > 0) host.stderr.write(`${ofModels} of them are not known to be of people, and count for nothing.\n`)
  if (settled.labels.length + repeated === 0 && foreign.length > 0)
    throw new SluiceError('invalid-input', `${file}: no label could be imported`)
  host.stderr.write(`Next: commit the folder labels, then ${calibrateCommand(feature)}\n`)
  return 0
}

function placeOf({ labeller, kind, case: id, item, output }: Label): string {
  return JSON.stringify([labeller, kind, id, item, output])
}

function columnsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=')
      if (at < 1) throw new SluiceError('invalid-input', `--map ${pair}: expected <column>=<field>`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
