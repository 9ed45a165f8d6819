import type { Diagnostic } from '../../core/suite/diagnostics/diagnostic.ts'
import { createFaultLog } from '../../core/suite/diagnostics/fault-log.ts'
import type { ProjectFiles } from '../../core/suite/project-files.ts'
import {
  type JudgedOutput,
  judgedOutputSchema,
  type Label,
  type LabelledOutput,
  type LabelVerdict,
  labelledOutputSchema,
  labelSchema,
} from '../../records/label.ts'
import { labelFilesOf, outputHash, outputKey } from './label-files.ts'
import { type LabelLine, labelLines } from './label-lines.ts'
import type { ItemsOfCase } from './rubric-items.ts'

/** A label that is in force. */
export interface CurrentLabel extends Label {
  verdict: LabelVerdict
}

/** Why a label, or a verdict of a judge, is left out. */
type LeftOutReason = 'unknownCase' | 'unknownItem' | 'noText' | 'otherMaterial' | 'ofModel' | 'sawJudge'

/** What the three files of a feature say, as far as it can be relied on. */
export interface Labels {
  /**
   * Labels of people who had not seen the judge, on known outputs: of each labeller, case, item and output the last
   * one, in the order of the file. Two labellers may contradict each other.
   */
  labels: CurrentLabel[]
  /** Labels in force that do not count: those of models, and of people who had seen the judge. */
  flagged: CurrentLabel[]
  /** Labels in force whose case or question has changed since they were given. */
  outdated: CurrentLabel[]
  /** The texts, by `outputKey`. */
  outputs: ReadonlyMap<string, LabelledOutput>
  /** Verdicts of judges on these texts, in the order of the file. */
  judged: JudgedOutput[]
  /** How many labels in force are left out, by reason. */
  leftOut: Record<LeftOutReason, number>
  /** How many lines of verdicts of judges are left out. */
  judgedLeftOut: number
  /** A warning at the place of each line that is left out because it belongs to nothing that is known. */
  diagnostics: Diagnostic[]
}

/**
 * Reads the labels of a feature. What belongs to no known case, item or text, or to another wording of them, is left
 * out, counted and named.
 * @throws InvalidFilesError with every line that is damaged, such as a conflict marker of git
 */
export async function readLabels(files: ProjectFiles, feature: string, itemsOf: ItemsOfCase): Promise<Labels> {
  const paths = labelFilesOf(feature)
  const warnings = createFaultLog()
  const leftOut = { unknownCase: 0, unknownItem: 0, noText: 0, otherMaterial: 0, ofModel: 0, sawJudge: 0 }
  const outputs = await readOutputs(files, paths.outputs, warnings.add)

  const inForce = new Map<string, LabelLine<Label>>()
  for await (const line of labelLines(labelSchema, files, paths.labels)) {
    const { labeller, kind, item } = line.data
    const key = [labeller, kind, item, outputKey(line.data)].join('\n')
    // A label that was given anew stands where it was given last.
    inForce.delete(key)
    inForce.set(key, line)
  }
  const faultOf = createFaultOf(itemsOf, outputs, paths.outputs)
  const labels: CurrentLabel[] = []
  const flagged: CurrentLabel[] = []
  const outdated: CurrentLabel[] = []
  for (const { data, warning } of inForce.values()) {
    const { verdict } = data
    if (verdict === null) continue
    const fault = faultOf(data)
    if (fault) {
      leftOut[fault.reason] += 1
      warnings.add(warning(fault.at, `${fault.message}. The label is left out`))
      if (fault.reason === 'otherMaterial') outdated.push({ ...data, verdict })
      continue
    }
    const doubt = data.kind === 'model' ? 'ofModel' : data.sawJudge ? 'sawJudge' : undefined
    if (doubt) leftOut[doubt] += 1
    ;(doubt ? flagged : labels).push({ ...data, verdict })
  }

  const judged: JudgedOutput[] = []
  let judgedLeftOut = 0
  for await (const { data, warning } of labelLines(judgedOutputSchema, files, paths.judged, warnings.add)) {
    const fault = faultOf(data)
    if (fault) {
      judgedLeftOut += 1
      warnings.add(warning(fault.at, `${fault.message}. The verdict is left out`))
    } else judged.push(data)
  }
  return { labels, flagged, outdated, outputs, judged, leftOut, judgedLeftOut, diagnostics: warnings.all() }
}

/** The texts whose hash is right. */
async function readOutputs(
  files: ProjectFiles,
  path: string,
  warn: (diagnostic: Diagnostic) => void,
): Promise<ReadonlyMap<string, LabelledOutput>> {
  const outputs = new Map<string, LabelledOutput>()
  for await (const { data, warning } of labelLines(labelledOutputSchema, files, path)) {
    if (outputHash(data.text, data.trace, data.exchanges) !== data.output) {
      const message = 'the text is not the one that was labelled: its hash is another. Restore the line from git'
      warn(warning('text', message))
    } else if (!outputs.has(outputKey(data))) outputs.set(outputKey(data), data)
  }
  return outputs
}

interface Fault {
  reason: 'unknownCase' | 'unknownItem' | 'noText' | 'otherMaterial'
  /** The key of the line that it is about. */
  at: string
  message: string
}

function createFaultOf(itemsOf: ItemsOfCase, outputs: ReadonlyMap<string, LabelledOutput>, outputsFile: string) {
  return (line: Pick<Label, 'case' | 'item' | 'output' | 'material'>): Fault | undefined => {
    const items = itemsOf(line.case)
    if (items === undefined) {
      const message = `no suite has a case "${line.case}"; give the case its old id again, or delete the line`
      return { reason: 'unknownCase', at: 'case', message }
    }
    const material = items.get(line.item)
    if (material === undefined) {
      const known = items.size === 0 ? 'it has none' : `known: ${[...items.keys()].join(', ')}`
      const message = `the case has no rubric item "${line.item}" (${known}); give the item its old id again, or delete the line`
      return { reason: 'unknownItem', at: 'item', message }
    }
    if (line.material !== undefined && line.material !== material) {
      const message = 'variables or reference of the case, or the question, have changed since'
      return { reason: 'otherMaterial', at: 'material', message }
    }
    if (outputs.has(outputKey(line))) return undefined
    const message = `${outputsFile} has no text of this case with this hash; restore its line from git, or delete this one`
    return { reason: 'noText', at: 'output', message }
  }
}
