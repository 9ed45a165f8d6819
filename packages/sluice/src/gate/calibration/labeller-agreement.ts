import type { Calibration } from '../../records/report/calibration.ts'
import { cellsOf, kappaOf } from './judge-measures.ts'
import type { JudgedLabels } from './judged-labels.ts'

/** How far people agree with each other, which a judge cannot be asked to surpass. */
export function labellerAgreement({ pairs, people }: Pick<JudgedLabels, 'pairs' | 'people'>): Calibration['labellers'] {
  const known = { people, twice: pairs.length }
  const why = whyUnknown(pairs.length, people)
  if (why !== null) return { ...known, exact: null, kappa: null, why }
  const exact = pairs.filter(({ first, second }) => first === second).length / pairs.length
  // Which of two people comes first means nothing, so each pair counts in both orders, half each.
  const ratings = pairs.flatMap(({ item, cluster, first, second }) => [
    { item, cluster, human: first, verdicts: [second], weight: 0.5 },
    { item, cluster, human: second, verdicts: [first], weight: 0.5 },
  ])
  const kappa = kappaOf(cellsOf(ratings), 'nominal')
  return { ...known, exact, kappa, why: kappa ? null : 'people said the same of everything' }
}

function whyUnknown(pairs: number, people: number): string | null {
  if (people === 0) return 'nobody labelled'
  if (people === 1) return 'one person labelled; a second one on some of the same outputs would tell'
  return pairs === 0 ? 'no output was labelled by two people' : null
}
