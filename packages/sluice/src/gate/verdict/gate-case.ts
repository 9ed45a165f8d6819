import { constantMoments, type Moments, momentsOf, type Pair } from '../../stats/index.ts'
import type { CaseScores } from '../run/score-table.ts'

/** The scores of one case, as far as it has any. */
export interface GateCase {
  id: string
  weight: number
  cluster?: string | undefined
  /** Two cases that ask the very same have the same text here; undefined where only scores are known. */
  input?: string | undefined
  tags: readonly string[]
  critical: boolean
  /** Scores of the scored repeats, in order of repeat. */
  candidate: readonly number[]
  /** The baseline's scores by repeat; undefined when the run has no baseline. */
  baseline?: readonly number[] | undefined
  /** Answers of the candidate without a score where the baseline, if there is one, has its own. */
  missing?: number | undefined
  /** Answers of the candidate that break what the case itself asks for, whatever their score. */
  violated?: number | undefined
  /** Answers of the candidate without a result that would say so. */
  untold?: number | undefined
  /**
   * The tags of a case in quarantine. No test sees it by them, but a bound of safety does not forget that it is there.
   */
  setAside?: readonly string[] | undefined
  /** What checks measured, by repeat, and which of them measure the case; of metrics alone. */
  measured?: CaseScores['measured'] | undefined
  measuredBy?: CaseScores['measuredBy'] | undefined
}

/** A case with its repeats summed up. `position` is its place in the list that the gate was given. */
export interface SummedCase {
  case: GateCase
  position: number
  candidate: Moments | undefined
  baseline: Moments | undefined
  /** The candidate with a score of 0 for each missing answer. */
  candidateAtWorst: Moments | undefined
}

export function sumUp(cases: readonly GateCase[]): SummedCase[] {
  return cases.map((gateCase, position) => {
    const { baseline, missing = 0 } = gateCase
    const candidate = momentsOf(gateCase.candidate)
    const candidateAtWorst =
      missing > 0 ? momentsOf([...gateCase.candidate, ...new Array<number>(missing).fill(0)]) : candidate
    return { case: gateCase, position, candidate, baseline: baseline && momentsOf(baseline), candidateAtWorst }
  })
}

/** A case that has a score of both versions. */
export interface CasePair extends Pair {
  id: string
}

/** The cases that can be compared; one without any score of either version is not a pair. */
export function pairsOf(cases: readonly SummedCase[]): CasePair[] {
  return cases.flatMap(({ case: { id, weight, cluster }, candidate, baseline }) =>
    candidate && baseline ? [{ id, weight, cluster, candidate, baseline }] : [],
  )
}

/** The cases with every missing answer of the candidate counted as a full loss; undefined where none is missing. */
export function atWorst(cases: readonly SummedCase[]): SummedCase[] | undefined {
  if (!cases.some(({ case: { missing = 0 } }) => missing > 0)) return undefined
  return cases.map((summed) => ({ ...summed, candidate: summed.candidateAtWorst }))
}

/** The cases paired with a constant, for the test of the threshold. */
export function pairsAgainst(threshold: number, cases: readonly SummedCase[]): CasePair[] {
  const baseline = constantMoments(threshold)
  return cases.flatMap(({ case: { id, weight, cluster }, candidate }) =>
    candidate ? [{ id, weight, cluster, candidate, baseline }] : [],
  )
}
