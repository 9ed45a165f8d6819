import type { JudgeRubricReport, RubricItemReport } from '../../records/report/judge-rubric-report.ts'
import { clopperPearson, upperBound } from '../../stats/index.ts'
import type { JudgedWordings } from './judge-wordings.ts'
import type { Rewording } from './rewordings.ts'

/** Fewer outputs say nothing about two items that agree. */
const fewestForAgreement = 10

export interface FigureOptions {
  confidence: number
  /** In (0,1). */
  maxFlips: number
}

/**
 * How far the verdicts on an item depend on its wording. A share is of outputs: verdicts on the same one hang together.
 */
export function wordingFigures(
  id: string,
  rewording: Rewording | undefined,
  judged: readonly JudgedWordings[],
  { confidence, maxFlips }: FigureOptions,
): RubricItemReport['wording'] {
  const wordings = rewording?.rewordings.length ?? 0
  const pairs = judged.map(({ own, reworded }) => {
    const verdict = own?.get(id)
    const others = reworded.slice(0, wordings).flatMap((verdicts) => verdicts?.get(id) ?? [])
    return verdict === undefined ? [] : others.map((other) => other !== verdict)
  })
  const outputs = pairs.filter((flips) => flips.length > 0)
  const flippedOutputs = outputs.filter((flips) => flips.includes(true)).length
  const interval = outputs.length === 0 ? undefined : clopperPearson(flippedOutputs, outputs.length, confidence)
  const again = judged.flatMap(({ own, again: second }) => {
    const [one, other] = [own?.get(id), second?.get(id)]
    return one === undefined || other === undefined ? [] : [one !== other]
  })
  return {
    verdicts: pairs.flat().length,
    flips: pairs.flat().filter(Boolean).length,
    outputs: outputs.length,
    flippedOutputs,
    ciLow: interval?.low ?? null,
    ciHigh: interval?.high ?? null,
    again: { outputs: again.length, flips: again.filter(Boolean).length },
    state: !interval ? 'untested' : interval.high <= maxFlips ? 'holds' : interval.low > maxFlips ? 'depends' : 'open',
  }
}

/** What the judge says of an item in its own words. */
export function ownWordingFigures(
  id: string,
  judged: readonly JudgedWordings[],
  confidence: number,
): RubricItemReport['said'] {
  const verdicts = judged.flatMap(({ own }) => own?.get(id) ?? [])
  const no = verdicts.filter((verdict) => verdict === 'no').length
  return {
    judged: verdicts.length,
    no,
    cannotTell: verdicts.filter((verdict) => verdict === 'cannot_tell').length,
    noUpper: verdicts.length === 0 ? null : upperBound(no, verdicts.length, confidence),
  }
}

/**
 * Pairs of items with the same verdict on every output. A pair that only ever said yes is left out: two items that
 * never say no agree on that alone.
 */
export function agreeingItems(
  ids: readonly string[],
  judged: readonly JudgedWordings[],
  confidence: number,
): JudgeRubricReport['agreeing'] {
  return ids.flatMap((one, index) =>
    ids.slice(index + 1).flatMap((other) => {
      const pairs = judged.flatMap(({ own }) => {
        const [a, b] = [own?.get(one), own?.get(other)]
        return a === undefined || b === undefined ? [] : [[a, b] as const]
      })
      const isSame = pairs.every(([a, b]) => a === b) && pairs.some(([a]) => a !== 'yes')
      if (!isSame || pairs.length < fewestForAgreement) return []
      return [{ items: [one, other], answers: pairs.length, upper: upperBound(0, pairs.length, confidence) }]
    }),
  )
}
