import type { NamedScore } from './case-names.ts'
import { field, invalidResults, nameList } from './tool-results.ts'

/** The cluster of a case, by its id. */
export interface Clusters {
  of: ReadonlyMap<string, string>
  /** What was found, in a sentence; null where every case stands alone. */
  note: string | null
}

/** Fields that name what several cases have in common, where the user chose none. */
const usual = ['cluster', 'conversationId', 'source']

/**
 * A field of fewer values is taken for a label of the data, such as "manual", and not for what cases were made from.
 */
const leastSources = 10

/**
 * Which cases are not independent: those that one field says belong together, else those that were asked the same.
 * @throws SluiceError `invalid-input` where no case has the field that was chosen
 */
export function clusterCases(scores: readonly NamedScore[], chosen: string | undefined, name: string): Clusters {
  if (chosen !== undefined) {
    const of = byField(scores, chosen)
    if (of.size > 0) return { of, note: noteOf(of, `the field ${chosen}`) }
    const known = [...new Set(scores.flatMap(({ fields = [] }) => fields.flatMap((each) => Object.keys(each))))]
    throw invalidResults(
      `${name}: no case has a field "${chosen}" to cluster by; ${known.length === 0 ? 'its cases have no fields' : `there are ${nameList(known)}`}`,
    )
  }
  for (const each of usual) {
    const of = byField(scores, each)
    const values = new Set(of.values()).size
    if (values >= (each === 'source' ? leastSources : 1) && values < of.size)
      return { of, note: noteOf(of, `the field ${each}`) }
  }
  const of = byInput(scores)
  return { of, note: of.size === 0 ? null : noteOf(of, 'the same input') }
}

function byField(scores: readonly NamedScore[], name: string): Map<string, string> {
  const clusters = new Map<string, string>()
  for (const { id, fields = [] } of scores) {
    const value = fields.map((each) => field(each, name)).find((each) => each !== undefined && each !== null)
    const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
    if (text !== '') clusters.set(id, text)
  }
  return clusters
}

/** Only inputs that several cases share. */
function byInput(scores: readonly NamedScore[]): Map<string, string> {
  const inputs = new Map<string, Set<string>>()
  for (const { id, input } of scores) {
    if (input === undefined) continue
    inputs.set(input, (inputs.get(input) ?? new Set()).add(id))
  }
  const shared = [...inputs].filter(([, ids]) => ids.size > 1)
  return new Map(shared.flatMap(([input, ids]) => [...ids].map((id): [string, string] => [id, input])))
}

function noteOf(of: ReadonlyMap<string, string>, by: string): string {
  const clusters = new Set(of.values()).size
  return `${of.size} cases are ${clusters === 1 ? 'one cluster' : `${clusters} clusters`} by ${by}, and not counted as independent.`
}
