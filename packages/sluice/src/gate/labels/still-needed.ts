import type { CurrentLabel } from './read-labels.ts'

/** How many outputs of an item people must have labelled before its judge can be decided on. */
const enoughLabels = 50
/** How many of them must be a yes, and how many a no: from fewer, nothing follows about one of the two errors. */
const enoughOfEach = 10

/** How far the labels of one rubric item have come. An output counts once, however many people have labelled it. */
export interface ItemProgress {
  item: string
  /** Outputs with a label. */
  outputs: number
  /** Outputs of which more people say yes than no, and the other way round. */
  yes: number
  no: number
  /** How many labels are missing at least: 0 when there are enough of each kind. */
  missing: number
}

/** The progress of each item, in the order given. */
export function stillNeeded(labels: Iterable<CurrentLabel>, items: readonly string[]): ItemProgress[] {
  const balances = new Map(items.map((item) => [item, new Map<string, number>()]))
  for (const { item, case: id, output, verdict } of labels) {
    const balance = balances.get(item)
    const key = `${output} ${id}`
    balance?.set(key, (balance.get(key) ?? 0) + { yes: 1, no: -1, unclear: 0 }[verdict])
  }
  return items.map((item) => {
    const balance = [...(balances.get(item)?.values() ?? [])]
    const [outputs, yes, no] = [
      balance.length,
      balance.filter((sum) => sum > 0).length,
      balance.filter((sum) => sum < 0).length,
    ]
    const missing = Math.max(
      enoughLabels - outputs,
      Math.max(0, enoughOfEach - yes) + Math.max(0, enoughOfEach - no),
      0,
    )
    return { item, outputs, yes, no, missing }
  })
}

/** For people: `actions: 31 of 50 labels, of them 4 of 10 no`. */
export function progressText({ item, outputs, yes, no, missing }: ItemProgress): string {
  if (missing === 0) return `${item}: ${outputs} labels, enough for a calibration`
  const rare = [
    ...(yes < enoughOfEach ? [`${yes} of ${enoughOfEach} yes`] : []),
    ...(no < enoughOfEach ? [`${no} of ${enoughOfEach} no`] : []),
  ]
  const counted = outputs < enoughLabels ? `${outputs} of ${enoughLabels} labels` : `${outputs} labels`
  return `${item}: ${counted}${rare.length === 0 ? '' : `, of them ${rare.join(', ')}`}`
}
