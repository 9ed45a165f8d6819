import type { RubricItemReport } from '../../records/report/judge-rubric-report.ts'
import { lowerBound, upperBound } from '../../stats/index.ts'
import { outputKey } from '../labels/label-files.ts'
import type { CurrentLabel } from '../labels/read-labels.ts'

/** A case on which the rubric does not decide: who says what of which output. */
export interface ContestedCase {
  case: string
  output: string
  said: string[]
}

export interface ItemLabels {
  figures: RubricItemReport['labels']
  contested: ContestedCase[]
}

/** Fewer cases say nothing about an item. */
const fewestCases = 10
/** So many contested cases at least, and surely more than this share of them, are no accident. */
const fewestContested = 3
const accidental = 0.1

/**
 * Whether people, or people and the judge, disagree on an item more than by accident. A case is contested where one
 * person says that the rubric does not say, where two people contradict each other on an output, or where all people
 * who labelled an output agree and the judge says the opposite. What the judge cannot tell contradicts nobody.
 */
export function itemLabels(
  id: string,
  labels: readonly CurrentLabel[],
  judgeSays: (output: string, item: string) => string | undefined,
  confidence: number,
): ItemLabels {
  const ofItem = labels.filter(({ item }) => item === id)
  const labelled = new Set(ofItem.map((label) => label.case))
  const compared = new Set<string>()
  const differing = new Set<string>()
  const unclear = new Set<string>()
  const contested = new Map<string, ContestedCase>()
  for (const [key, some] of Map.groupBy(ofItem, outputKey)) {
    const [first] = some
    if (!first) continue
    const verdicts = new Set(some.map(({ verdict }) => verdict))
    const judge = judgeSays(key, id)
    const isUnclear = verdicts.has('unclear')
    const people = verdicts.size > 1 || isUnclear
    const opposite = !people && (judge === 'yes' || judge === 'no') && !verdicts.has(judge)
    const isCompared = some.length > 1 || judge !== undefined
    if (isCompared) compared.add(first.case)
    if (isUnclear) unclear.add(first.case)
    if (!people && !opposite) continue
    if (isCompared) differing.add(first.case)
    const verdictTexts = some.map(
      ({ labeller, verdict }) => `${labeller}: ${verdict === 'unclear' ? 'the rubric does not say' : verdict}`,
    )
    const withJudge = judge === undefined ? verdictTexts : [...verdictTexts, `the judge: ${judge}`]
    if (!contested.has(first.case))
      contested.set(first.case, { case: first.case, output: first.output, said: withJudge })
  }
  const [k, n] = [differing.size, compared.size]
  const isSystematic = (some: number, of: number) =>
    some >= fewestContested && lowerBound(some, of, confidence) > accidental
  const isGap = isSystematic(k, n) || isSystematic(unclear.size, labelled.size)
  const needed = Math.max(0, fewestCases - n)
  return {
    figures: {
      compared: n,
      contested: contested.size,
      ciLow: n === 0 ? null : lowerBound(k, n, confidence),
      ciHigh: n === 0 ? null : upperBound(k, n, confidence),
      needed,
      state: isGap ? 'gap' : needed > 0 ? 'too-few' : 'none-shown',
    },
    contested: [...contested.values()],
  }
}
