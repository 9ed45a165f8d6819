import { selectFeature } from '../../core/suite/project/select-feature.ts'
import { SluiceError } from '../../errors.ts'
import { calibrateCommand } from '../../gate/label-page/words.ts'
import { type ImportedLabels, importLabels, labelFormats } from '../../gate/labels/import/import-labels.ts'
import type { Label } from '../../records/label.ts'
import { visibleLine } from '../../text/untrusted.ts'
import { columnMap, oneOf, readFlags, set, text } from '../flags.ts'
import type { Host } from '../host.ts'
import { openProject } from '../session/open-project.ts'

const importFlags = {
  format: oneOf(labelFormats),
  map: columnMap.optional(),
  outputs: text.optional(),
  item: text.optional(),
  labeller: text.optional(),
  blind: set.optional(),
  sawJudge: set.optional(),
}

const shown = 10

/** `sluice judge import <format> <file> <feature>`: labels that people gave in another tool. */
export async function importLabelsCommand(
  [format, file, feature]: readonly [string, string, string],
  given: Record<string, unknown>,
  host: Host,
): Promise<number> {
  const {
    blind,
    sawJudge,
    map = new Map(),
    outputs,
    item,
    labeller,
    ...flags
  } = readFlags('judge import', importFlags, { ...given, format })
  // Nobody but the user knows, and labels of who has seen the judge agree with it by themselves.
  if (blind === sawJudge)
    throw new SluiceError(
      'invalid-input',
      'say whether the labellers knew what the judge says: --blind if they did not, --saw-judge if they did or may have (these count for nothing)',
    )
  const project = await openProject(host, (prompt) => prompt.feature === feature)
  const prompt = selectFeature(project.prompts, feature)
  const imported = await importLabels(
    { project, prompt },
    {
      format: flags.format,
      file,
      cwd: host.cwd(),
      columns: map,
      outputs,
      item,
      labeller,
      sawJudge: sawJudge ?? false,
      now: new Date().toISOString(),
    },
  )
  for (const line of importedLines(imported, file)) host.stderr.write(`${line}\n`)
  if (imported.labels.length + imported.repeated === 0 && imported.found > 0)
    throw new SluiceError('invalid-input', `${file}: no label could be imported`)
  host.stderr.write(`Next: commit the folder labels, then ${calibrateCommand(feature)}\n`)
  return 0
}

function importedLines({ labels, found, into, leftOut, repeated }: ImportedLabels, file: string): string[] {
  const there = repeated === 0 ? '' : `; ${repeated} were there already`
  const changed = labels.length - new Set(labels.map(placeOf)).size
  const ofModels = labels.filter(({ kind }) => kind === 'model').length
  return [
    ...leftOut
      .slice(0, shown)
      .map(({ place, reason }) => `${file}: ${place}: ${visibleLine(reason)}. The label is left out`),
    ...(leftOut.length > shown ? [`… and ${leftOut.length - shown} more labels are left out.`] : []),
    `${labels.length} of ${found} labels are imported into ${into}${there}.`,
    ...(changed > 0 ? [`${changed} of them are given again further down by the same person; the last counts.`] : []),
    ...(ofModels > 0 ? [`${ofModels} of them are not known to be of people, and count for nothing.`] : []),
  ]
}

function placeOf({ labeller, kind, case: id, item, output }: Label): string {
  return JSON.stringify([labeller, kind, id, item, output])
}
