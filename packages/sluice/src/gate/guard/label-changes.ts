import type { ProjectFiles } from '../../core/suite/project-files.ts'
import type { MeasureChange } from '../../records/report/report.ts'
import { formatAmount } from '../../text/format.ts'
import { labelFilesOf } from '../labels/label-files.ts'
import { measureChange } from '../report/measure-change.ts'

const words = {
  labels: 'labels of people',
  outputs: 'labelled outputs',
  judged: 'verdicts of the judge on labelled outputs',
}

/**
 * How the files of labels differ, by which the judge is held to be right or not. They only grow: a line that is gone or
 * altered is a weakening, and lines that were added are named.
 */
export async function labelChanges(base: ProjectFiles, now: ProjectFiles, feature: string): Promise<MeasureChange[]> {
  const changes: MeasureChange[] = []
  for (const [kind, file] of Object.entries(labelFilesOf(feature)) as [keyof typeof words, string][]) {
    const [before, after] = [await linesOf(base, file), await linesOf(now, file)]
    const gone = countMissing(before, after)
    const added = countMissing(after, before)
    if (gone + added === 0) continue
    const shown = (lines: ReadonlyMap<string, number>) =>
      lines.size === 0 ? null : formatAmount(totalOf(lines), 'line')
    const parts = [...(added > 0 ? [`${added} added`] : []), ...(gone > 0 ? [`${gone} taken away or altered`] : [])]
    changes.push(
      measureChange({
        kind: 'labels',
        what: words[kind],
        before: shown(before),
        after: `${shown(after) ?? 'none'}, ${parts.join(', ')}`,
        weakening: gone > 0,
        feature,
      }),
    )
  }
  return changes
}

/** How often each line stands in a file; none where there is no such file. */
async function linesOf(files: ProjectFiles, file: string): Promise<ReadonlyMap<string, number>> {
  const lines = new Map<string, number>()
  if ((await files.list(file)).length === 0) return lines
  const text = new TextDecoder().decode(await files.read(file))
  for (const line of text.split('\n')) {
    const trimmed = line.trim()
    if (trimmed !== '') lines.set(trimmed, (lines.get(trimmed) ?? 0) + 1)
  }
  return lines
}

function totalOf(lines: ReadonlyMap<string, number>): number {
  return lines.values().reduce((sum, count) => sum + count, 0)
}

/** How many lines of the first are not in the second. */
function countMissing(first: ReadonlyMap<string, number>, second: ReadonlyMap<string, number>): number {
  let missing = 0
  for (const [line, count] of first) missing += Math.max(0, count - (second.get(line) ?? 0))
  return missing
}
