import type { Label, LabelledOutput } from '../../../records/label.ts'
import { outputHash, outputKey } from '../label-files.ts'
import type { Labels } from '../read-labels.ts'
import type { ItemsOfCase } from '../rubric-items.ts'
import { type ForeignLabel, type ForeignOutput, verdictOf } from './foreign-label.ts'

export interface SettleOptions {
  foreign: readonly ForeignLabel[]
  /** The outputs of the other tool, by the id of their trace. */
  foreignOutputs: ReadonlyMap<string, ForeignOutput>
  /** What the project has already. */
  labels: Labels
  /** Texts of runs that are kept, which say the case of a text where the file does not. */
  known: Iterable<LabelledOutput>
  itemsOf: ItemsOfCase
  /** Where the file names no item, and no labeller. */
  item: string | undefined
  labeller: string | undefined
  sawJudge: boolean
  /** ISO 8601; the time of labels for which the file has none. */
  now: string
}

export interface SettledLabels {
  labels: Label[]
  /** The texts that the project does not have yet. */
  outputs: LabelledOutput[]
  /** Labels that the project has already, word for word. */
  repeated: number
  /** Why the others are left out, with their places. */
  leftOut: { place: string; reason: string }[]
}

/** Labels of another tool as Sluice's: each with its case, its item and the text that it is about, or left out. */
export function settleLabels(options: SettleOptions): SettledLabels {
  const { labels, known } = options
  const outputs = new Map(labels.outputs)
  const byText = new Map<string, LabelledOutput[]>()
  for (const output of [...labels.outputs.values(), ...known]) {
    const same = byText.get(output.output) ?? []
    if (!same.some((each) => each.case === output.case)) byText.set(output.output, [...same, output])
  }
  const inForce = new Set([...labels.labels, ...labels.flagged].map(contentOf))
  const outdated = new Map(labels.outdated.map((label) => [contentOf(label), label.at]))
  const settled: SettledLabels = { labels: [], outputs: [], repeated: 0, leftOut: [] }
  for (const foreign of options.foreign) {
    const found = settle(foreign, byText, options)
    if ('reason' in found) {
      settled.leftOut.push({ place: foreign.place, reason: found.reason })
      continue
    }
    const { label, output } = found
    // Imported anew, a label of material that has changed would pass for one of the material of today.
    const outdatedAt = outdated.get(contentOf(label))
    const isOutdated = outdatedAt !== undefined && !(foreign.at !== undefined && label.at > outdatedAt)
    if (isOutdated || inForce.has(contentOf(label))) {
      settled.repeated += 1
      continue
    }
    inForce.add(contentOf(label))
    settled.labels.push(label)
    if (!outputs.has(outputKey(output))) {
      outputs.set(outputKey(output), output)
      settled.outputs.push(output)
    }
  }
  return settled
}

function settle(
  foreign: ForeignLabel,
  byText: ReadonlyMap<string, readonly LabelledOutput[]>,
  options: SettleOptions,
): { label: Label; output: LabelledOutput } | { reason: string } {
  const { foreignOutputs, itemsOf, sawJudge, now } = options
  const trace = foreign.trace === undefined ? undefined : foreignOutputs.get(foreign.trace)
  const text = foreign.text ?? trace?.text
  const item = foreign.item ?? options.item
  const labeller = foreign.labeller ?? options.labeller
  const verdict = verdictOf(foreign.verdict)
  if (item === undefined) return { reason: 'it names no rubric item; give it with --item' }
  if (labeller === undefined) return { reason: 'it names nobody who labelled; give the name with --labeller' }
  if (verdict === undefined) return { reason: `"${String(foreign.verdict ?? '')}" is neither yes, no nor unclear` }
  if (text === undefined) return { reason: 'the text that was labelled is not there; give the outputs with --outputs' }
  const output = outputHash(text)
  const same = byText.get(output) ?? []
  const id = foreign.case ?? trace?.case ?? (same.length === 1 ? same[0]?.case : undefined)
  if (id === undefined)
    return {
      reason: `it names no case, and ${same.length === 0 ? 'no known output has' : `${same.length} cases have`} its text`,
    }
  const items = itemsOf(id)
  if (items === undefined) return { reason: `no suite has a case "${id}"` }
  const material = items.get(item)
  if (material === undefined) return { reason: `the case "${id}" has no rubric item "${item}"` }
  const kept = same.find((each) => each.case === id)
  const at = foreign.at === undefined ? Number.NaN : Date.parse(foreign.at)
  const label: Label = {
    case: id,
    item,
    verdict,
    labeller,
    kind: foreign.isHuman ? 'human' : 'model',
    output,
    probability: null,
    at: Number.isNaN(at) ? now : new Date(at).toISOString(),
    version: kept?.version ?? null,
    sawJudge: sawJudge || foreign.sawJudge === true,
    material,
  }
  return { label, output: kept ?? { output, case: id, version: null, text, repeat: 1, candidate: true } }
}

function contentOf({ case: id, item, verdict, labeller, kind, output, sawJudge }: Label): string {
  return JSON.stringify([id, item, verdict, labeller, kind, output, sawJudge])
}
