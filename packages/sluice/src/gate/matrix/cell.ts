import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { versionId } from '../../core/suite/prompt/version.ts'
import { isFailedMust } from '../../records/report/case-detail.ts'
import { weightedQuantiles } from '../../stats/index.ts'
import type { FeatureRun } from '../run/feature-run.ts'
import type { ResultRow, Results } from '../run/results.ts'
import type { CaseScores } from '../run/score-table.ts'
import type { RunContext } from '../run/session.ts'
import { startRun } from '../run/start-run.ts'

/** One prompt with one model, and what it made of the cases so far. All bake-offs are made of these. */
export interface BakeOffCell {
  version: Prompt
  run: FeatureRun
  /** The details of its answers, apart from those of the same feature with other models. */
  rows(): Iterable<ResultRow>
}

export interface CellTerms {
  suite: string
  /** Only cases with one of these tags. */
  tags?: readonly string[] | undefined
  /** Tells this cell from others of the same feature and model in one run. */
  round?: number
}

/** The prompt with another model, all else the same. */
export function withModel(prompt: Prompt, model: string): Prompt {
  const { label: _, ...rest } = prompt
  return { ...rest, model, id: versionId({ ...prompt, model }) }
}

/**
 * Binds a version to the session; nothing is asked yet. Of the cells that are opened before the first question none is
 * paid for while the key of another is missing.
 * @throws SluiceError `invalid-input` for a model without a provider
 */
export function openCell(
  version: Prompt,
  { suite, tags, round = 1 }: CellTerms,
  { project, session, progress }: RunContext,
): BakeOffCell {
  const results = resultsOf(session.results, `${version.feature} with ${version.model}, ${round}`)
  const run = startRun({ candidate: version, suite, tags, progress }, project, { ...session, results })
  return { version, run, rows: () => results.rows('') }
}

/** The results of one run, apart from those of the same feature in another. */
export function resultsOf(results: Results, key: string): Results {
  return { ...results, add: (_, row) => results.add(key, row), rows: () => results.rows(key) }
}

/**
 * Asks every cell its first case. A model that cannot be asked at all is found by that, before the other cases are paid
 * for.
 */
export async function askFirstCases(
  cells: readonly BakeOffCell[],
  { progress }: Pick<RunContext, 'progress'>,
): Promise<void> {
  for (const cell of cells) {
    progress.label(cellName(cell))
    await cell.run.score(1, (_, position) => position === 0)
  }
}

/** Asks a cell all its cases, each `repeats` times. */
export async function askAll(
  cell: BakeOffCell,
  repeats: number,
  { progress }: Pick<RunContext, 'progress'>,
): Promise<void> {
  progress.label(cellName(cell))
  await cell.run.score(repeats)
}

const cellName = ({ version }: BakeOffCell) => `${version.feature}, ${version.model}`

/** What is known of a cell beside its scores. */
export interface CellFigures {
  /** Answers with a score, and those of them in which something failed that must not. */
  scored: number
  mustFailed: number
  /** Questions that were not asked because the budget was spent. */
  unfinished: number
  /** Answers without a score for any other reason. */
  errors: number
  /** Without the judge; null unless the price of every answer is known. */
  usdPerAnswer: number | null
  latencyP50Ms: number | null
  latencyP95Ms: number | null
  /** Why the model cannot be asked at all. */
  unaskable: string | undefined
}

/** A check that must pass did not, or a question that must be met was not wholly met. */
function failsMust({ state, judge }: ResultRow['detail']): boolean {
  return state === 'checkFailed' || judge.some(isFailedMust)
}

export function cellFigures({ rows }: Pick<BakeOffCell, 'rows'>): CellFigures {
  const counts = { scored: 0, mustFailed: 0, unfinished: 0, errors: 0 }
  let answers = 0
  let usd: number | null = 0
  let unaskable: string | undefined
  const latencies: number[] = []
  for (const { detail } of rows()) {
    if (detail.unaskable) unaskable ??= detail.error ?? 'it does not answer'
    if (detail.score !== undefined) counts.scored += 1
    else if (detail.state === 'budgetStopped') counts.unfinished += 1
    else counts.errors += 1
    if (detail.score !== undefined && failsMust(detail)) counts.mustFailed += 1
    if (detail.output === undefined) continue
    answers += 1
    usd = usd === null || detail.answerUsd === undefined ? null : usd + detail.answerUsd
    if (detail.latencyMs !== undefined) latencies.push(detail.latencyMs)
  }
  const [p50, p95] = weightedQuantiles(latencies, new Float64Array(latencies.length).fill(1), [0.5, 0.95])
  return {
    ...counts,
    usdPerAnswer: usd === null || answers === 0 ? null : usd / answers,
    latencyP50Ms: p50 ?? null,
    latencyP95Ms: p95 ?? null,
    unaskable,
  }
}

/** The cases of two cells on the same suite, with the scores of both. */
export function pairedCases(candidate: Pick<FeatureRun, 'table'>, baseline: Pick<FeatureRun, 'table'>): CaseScores[] {
  const others = new Map(baseline.table.cases.map((row) => [row.id, row]))
  return candidate.table.cases.flatMap((row) => {
    const other = others.get(row.id)
    if (!other) return []
    const measured = { candidate: row.measured?.candidate ?? [], baseline: other.measured?.candidate ?? [] }
    const compared = { ...row, baseline: other.candidate, baselineState: other.state }
    return [row.measured || other.measured ? { ...compared, measured } : compared]
  })
}
