import type { GateSettings } from '../../core/suite/config/config.ts'
import type { Arm, CaseDetail, CaseState } from '../../records/case-detail.ts'
import type { CaseReport } from '../../records/case-report.ts'
import type { FeatureSummary } from '../../records/feature-report.ts'
import { momentsOf } from '../../stats/index.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import type { ResultRow, Results } from '../run/results.ts'
import { passesOf } from '../run/score-summary.ts'
import { type CaseScores, scoredRepeats } from '../run/score-table.ts'
import type { CasesOf } from './json-report.ts'

/** Joins the details on disk with the scores in memory, one case at a time, in the order of the suite. */
export function* caseRows(
  cases: readonly CaseScores[],
  rows: Iterable<ResultRow>,
  caseThreshold: number,
): Generator<CaseReport> {
  const details = byPosition(rows)
  let group = details.next()
  for (const [position, scores] of cases.entries()) {
    const own = !group.done && group.value.position === position ? group.value : undefined
    yield caseRow(scores, own?.candidate ?? [], own?.baseline ?? [], caseThreshold)
    if (own) group = details.next()
  }
}

type Details = Record<Arm, CaseDetail[]> & { position: number }

function* byPosition(rows: Iterable<ResultRow>): Generator<Details> {
  let group: Details | undefined
  for (const { position, arm, detail } of rows) {
    if (group?.position !== position) {
      if (group) yield group
      group = { position, candidate: [], baseline: [] }
    }
    group[arm].push(detail)
  }
  if (group) yield group
}

function caseRow(
  row: CaseScores,
  candidate: readonly CaseDetail[],
  baseline: readonly CaseDetail[],
  caseThreshold: number,
): CaseReport {
  const scores = scoredRepeats(row.candidate)
  const score = momentsOf(scores)?.mean ?? null
  const baselineScore = momentsOf(scoredRepeats(row.baseline))?.mean ?? null
  const shown = worstOf(candidate, row.state)
  const other = typicalOf(baseline, baselineScore)
  return {
    id: row.id,
    state: row.state,
    score,
    baselineScore,
    tags: [...row.tags],
    weight: row.weight,
    critical: row.critical,
    repeats: row.candidate.length,
    passed: scores.length === 0 ? null : { k: passesOf(scores, caseThreshold), n: scores.length },
    checks: shown?.checks ?? [],
    judge: shown?.judge ?? [],
    error: shown?.error ?? null,
    ...(shown?.input !== undefined && { input: shown.input }),
    output: shown?.output ?? null,
    ...(shown?.reasoning !== undefined && { reasoning: shown.reasoning }),
    ...(other && { baselineOutput: other.output ?? null, baselineChecks: other.checks, baselineJudge: other.judge }),
    latencyMs: shown?.latencyMs ?? null,
    costUsd: shown?.costUsd ?? null,
  }
}

/** The repeat that shows what went wrong: the one with the lowest score, or without scores one in the case's state. */
function worstOf(details: readonly CaseDetail[], state: CaseState): CaseDetail | undefined {
  const scored = details.filter(({ score }) => score !== undefined)
  const shown = scored.length > 0 ? scored : details.filter((detail) => detail.state === state)
  return shown.reduce<CaseDetail | undefined>(
    (worst, detail) => (worst && (worst.score ?? 0) <= (detail.score ?? 0) ? worst : detail),
    undefined,
  )
}

/** The baseline's repeat nearest to its mean, so that a lucky or unlucky answer does not stand for the version. */
function typicalOf(details: readonly CaseDetail[], mean: number | null): CaseDetail | undefined {
  const distance = ({ score }: CaseDetail) =>
    score === undefined || mean === null ? Number.POSITIVE_INFINITY : Math.abs(score - mean)
  return details.reduce<CaseDetail | undefined>(
    (best, detail) => (best && distance(best) <= distance(detail) ? best : detail),
    undefined,
  )
}

/** The rows of each feature's cases, read back from disk. */
export function casesOfRuns(runs: readonly FeatureRun[], results: Results, settings: GateSettings): CasesOf {
  const byFeature = new Map(runs.map((run) => [run.candidate.feature, run]))
  return ({ feature }: FeatureSummary) => {
    const run = byFeature.get(feature)
    return caseRows(
      run?.table.cases ?? [],
      results.rows(feature),
      run?.candidate.gate.caseThreshold ?? settings.caseThreshold,
    )
  }
}
