import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { CaseDetail, VersionRole } from '../../records/report/case-detail.ts'
import type { FeatureSummary } from '../../records/report/feature-report.ts'
import { addToMean, type MeanSums, meanOfSums, newMeanSums, tInterval } from '../../stats/index.ts'
import type { ResultRow } from '../run/results.ts'
import type { CaseScores } from '../run/score-table.ts'
import { directionOf } from '../verdict/score-change.ts'

/** One check, or one question to the judge, over all cases. */
export type ScorerResult = NonNullable<FeatureSummary['scorers']>[number]

export interface ScorerResults {
  /** The intervals at this confidence. */
  all(confidence: number): ScorerResult[]
  /** What is not in the results. */
  notes: string[]
}

/** Beyond as many names, which only questions and checks of single cases can reach, no further ones are counted. */
const mostNames = 1000

interface Scorer {
  kind: ScorerResult['kind']
  name: string
  must: boolean
  candidate: MeanSums
  baseline: MeanSums
  difference: MeanSums
  worse: number
  better: number
}

/** The scores of one case by scorer and version, while its rows pass by. */
type CaseScorers = Map<
  string,
  Pick<Scorer, 'kind' | 'name' | 'must'> & Record<VersionRole, { sum: number; count: number }>
>

/**
 * Watches the details of a run pass by, case by case, and keeps sums alone: as much for a suite of any size, but for
 * the clusters of more than one case.
 */
export function collectScorers(prompt: Prompt, cases: readonly CaseScores[], hasBaseline: boolean) {
  const scorers = new Map<string, Scorer>()
  const clusters = realClusters(cases)
  let isCut = false
  const settle = (position: number, seen: CaseScorers) => {
    const row = cases[position]
    if (!row) return
    const cluster = row.cluster !== undefined && clusters.has(row.cluster) ? row.cluster : undefined
    for (const [key, { candidate, baseline, ...about }] of seen) {
      if (candidate.count === 0 || (hasBaseline && baseline.count === 0)) continue
      const known = scorers.get(key)
      if (!known && scorers.size >= mostNames) {
        isCut = true
        continue
      }
      const scorer = known ?? newScorer(about)
      scorers.set(key, scorer)
      addCase(scorer, candidate.sum / candidate.count, baseline.sum / baseline.count, { ...row, cluster })
    }
  }
  return {
    /** The same rows, each counted as it is read; they come by position. */
    *watch(rows: Iterable<ResultRow>): Generator<ResultRow> {
      let position = -1
      let seen: CaseScorers = new Map()
      for (const row of rows) {
        if (row.position !== position) {
          settle(position, seen)
          position = row.position
          seen = new Map()
        }
        noteScores(seen, row.role, row.detail)
        yield row
      }
      settle(position, seen)
    },
    results(): ScorerResults {
      const asks = questionsOf(prompt)
      const inOrder = [...asks.keys(), ...prompt.checks.map(({ name }) => keyOf('check', name))]
      const own = new Set(inOrder.filter((key) => scorers.has(key)))
      const order = [...own, ...[...scorers.keys()].filter((key) => !own.has(key))]
      return {
        all: (confidence) =>
          order.flatMap((key) => {
            const scorer = scorers.get(key)
            return scorer ? [resultOf(scorer, asks.get(key) ?? null, { confidence, hasBaseline })] : []
          }),
        notes: isCut
          ? [
              `More than ${mostNames} checks and questions have a name of their own: the first ${mostNames} are compared one by one.`,
            ]
          : [],
      }
    },
  }
}

const keyOf = (kind: Scorer['kind'], name: string) => `${kind} ${name}`

function questionsOf({ rubric, choices }: Prompt): Map<string, string> {
  return new Map([
    ...rubric.map(({ id, ask }) => [keyOf('item', id), ask] as const),
    ...choices.map(({ name, prompt }) => [keyOf('item', name), prompt] as const),
  ])
}

/** The clusters that hold more than one case; in any other a case stands alone. */
function realClusters(cases: readonly CaseScores[]): Set<string> {
  const seen = new Set<string>()
  const real = new Set<string>()
  for (const { cluster } of cases) {
    if (cluster === undefined) continue
    if (seen.has(cluster)) real.add(cluster)
    seen.add(cluster)
  }
  return real
}

function newScorer(about: Pick<Scorer, 'kind' | 'name' | 'must'>): Scorer {
  const [candidate, baseline, difference] = [newMeanSums(), newMeanSums(), newMeanSums()]
  return { ...about, candidate, baseline, difference, worse: 0, better: 0 }
}

/** Counts a repeat's scores. What the judge could not tell has no score, and counts neither way. */
function noteScores(seen: CaseScorers, role: VersionRole, { checks, judge }: CaseDetail): void {
  const note = (kind: Scorer['kind'], name: string, must: boolean, score: number | undefined) => {
    if (score === undefined) return
    const key = keyOf(kind, name)
    const entry = seen.get(key) ?? {
      ...{ kind, name, must },
      candidate: { sum: 0, count: 0 },
      baseline: { sum: 0, count: 0 },
    }
    entry[role].sum += score
    entry[role].count += 1
    seen.set(key, entry)
  }
  for (const { id, must, score } of judge) note('item', id, must, score)
  for (const { name, must, score } of checks) note('check', name, must, score)
}

function addCase(
  scorer: Scorer,
  candidate: number,
  baseline: number,
  { weight, cluster }: Pick<CaseScores, 'weight' | 'cluster'>,
): void {
  const isAlone = Number.isNaN(baseline)
  addToMean(scorer.candidate, candidate, weight, isAlone ? cluster : undefined)
  if (isAlone) return
  addToMean(scorer.baseline, baseline, weight, undefined)
  addToMean(scorer.difference, candidate - baseline, weight, cluster)
  const direction = directionOf(candidate - baseline)
  if (direction === 'lower') scorer.worse += 1
  if (direction === 'higher') scorer.better += 1
}

function resultOf(
  { kind, name, must, worse, better, ...sums }: Scorer,
  ask: string | null,
  { confidence, hasBaseline }: { confidence: number; hasBaseline: boolean },
): ScorerResult {
  const difference = meanOfSums(sums.difference)
  const candidate = meanOfSums(sums.candidate)
  const shown = hasBaseline ? difference : candidate
  const interval = shown && tInterval(shown, confidence)
  const least = hasBaseline ? -1 : 0
  return {
    kind,
    name,
    ask,
    must,
    cases: sums.candidate.count,
    mean: candidate?.mean ?? null,
    baselineMean: meanOfSums(sums.baseline)?.mean ?? null,
    meanDifference: difference?.mean ?? null,
    ciLow: interval ? Math.max(least, interval.low) : null,
    ciHigh: interval ? Math.min(1, interval.high) : null,
    worse,
    better,
  }
}
