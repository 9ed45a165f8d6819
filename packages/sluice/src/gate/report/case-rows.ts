import type { GateSettings } from '../../core/suite/config/config.ts'
import type { CaseDetail, CaseState, VersionRole } from '../../records/report/case-detail.ts'
import type { CaseReport } from '../../records/report/case-report.ts'
import type { FeatureSummary } from '../../records/report/feature-report.ts'
import { momentsOf } from '../../stats/index.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import type { ResultRow, Results } from '../run/results.ts'
import { passesOf } from '../run/score-summary.ts'
import { type CaseScores, scoredRepeats } from '../run/score-table.ts'
import { findingsOf } from './case-findings.ts'
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
    yield caseRow(scores, own ?? nothing, caseThreshold)
    if (own) group = details.next()
  }
}

type Details = Record<VersionRole, ResultRow[]> & { position: number }

const nothing: Record<VersionRole, ResultRow[]> = { candidate: [], baseline: [] }

function* byPosition(rows: Iterable<ResultRow>): Generator<Details> {
  let group: Details | undefined
  for (const row of rows) {
    const { position, role } = row
    if (group?.position !== position) {
      if (group) yield group
      group = { position, candidate: [], baseline: [] }
    }
    group[role].push(row)
  }
  if (group) yield group
}

function caseRow(row: CaseScores, own: Record<VersionRole, ResultRow[]>, caseThreshold: number): CaseReport {
  const scores = scoredRepeats(row.candidate)
  const score = momentsOf(scores)?.mean ?? null
  const baselineScore = momentsOf(scoredRepeats(row.baseline))?.mean ?? null
  const [candidate, baseline] = [detailsOf(own.candidate), detailsOf(own.baseline)]
  const answers = answersOf(own)
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
    ...(row.quarantine?.ended === false && {
      quarantine: { until: row.quarantine.until, reason: row.quarantine.reason },
    }),
    ...(row.holdout === true && { holdout: true }),
    ...(row.hash !== undefined && { hash: row.hash }),
    repeats: row.candidate.length,
    passed: scores.length === 0 ? null : { k: passesOf(scores, caseThreshold), n: scores.length },
    checks: shown?.checks ?? [],
    judge: shown?.judge ?? [],
    error: shown?.error ?? null,
    ...(shown?.input !== undefined && { input: shown.input }),
    ...(shown?.expected !== undefined && { expected: shown.expected }),
    output: shown?.output ?? null,
    ...(shown?.reasoning !== undefined && { reasoning: shown.reasoning }),
    ...(shown?.trace && { trace: shown.trace }),
    ...(other?.trace && { baselineTrace: other.trace }),
    ...(other && { baselineOutput: other.output ?? null, baselineChecks: other.checks, baselineJudge: other.judge }),
    ...(answers.length > 0 && { answers }),
    latencyMs: shown?.latencyMs ?? null,
    costUsd: shown?.costUsd ?? null,
  }
}

const detailsOf = (rows: readonly ResultRow[]) => rows.map(({ detail }) => detail)

/** Every answer, candidate first; none where each version gave one, or where repeats all had the full score. */
function answersOf({ candidate, baseline }: Record<VersionRole, ResultRow[]>): NonNullable<CaseReport['answers']> {
  const rows = [...candidate, ...baseline]
  if (candidate.length < 2 && baseline.length < 2) return []
  if (rows.every(({ detail }) => detail.score === 1)) return []
  return rows.map(({ role, repeat, detail }) => ({
    version: role,
    repeat,
    state: detail.state,
    score: detail.score ?? null,
    output: detail.output ?? null,
    error: detail.error ?? null,
    notMet: findingsOf(detail).map(({ name, outcome, reason }) => ({ name, outcome, reason })),
  }))
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
