import type { ModelRequest } from '../providers/provider.ts'
import type { TargetCall } from '../providers/target.ts'
import { type CheckDeps, compileCheck } from '../scorers/check.ts'
import { createJudge, type Judge } from '../scorers/judge.ts'
import type { Case } from '../suite/case.ts'
import type { JudgeSettings } from '../suite/config.ts'
import type { Prompt } from '../suite/prompt.ts'
import type { Stage } from './answer-store.ts'
import type { Answer, Ask } from './answers.ts'
import type { Arm, CaseDetail } from './case-record.ts'
import { evaluate } from './evaluate.ts'
import { book, emptyLedger, type Ledger } from './ledger.ts'
import type { Results } from './results.ts'
import { createScoreCase } from './score-case.ts'
import { createScoreTable, type ScoreTable } from './score-table.ts'

export interface FeatureRunOptions {
  candidate: Prompt
  /** The version to compare with; both are asked the same cases and scored by the candidate's checks and rubric. */
  baseline?: Prompt | undefined
  /** The suite's cases, read anew for every look. */
  cases: () => AsyncIterable<Case>
  judge: JudgeSettings
  ask: Ask
  /** Asks the real application instead of the bare prompt. */
  target?: TargetCall | undefined
  checkDeps: CheckDeps
  results: Results
  concurrency: number
  signal: AbortSignal
  onScored?: ((arm: Arm, detail: CaseDetail) => void) | undefined
}

/** One feature's run in progress: what it scored so far and the way to score more. */
export interface FeatureRun {
  candidate: Prompt
  baseline: Prompt | undefined
  table: ScoreTable
  ledger: Ledger
  /** Of the candidate's answers, in ms, as recorded when they were first given. */
  latencies: number[]
  judge: Judge | undefined
  /** Scores all repeats up to `repeat` of the cases at the wanted positions that were not scored yet. */
  score(repeat: number, wanted?: (position: number) => boolean): Promise<void>
}

export function createFeatureRun(options: FeatureRunOptions): FeatureRun {
  const { candidate, baseline, ask, checkDeps, results, signal } = options
  const ledger = emptyLedger()
  const table = createScoreTable()
  const latencies: number[] = []
  const feature = candidate.feature

  const booked = async (request: ModelRequest, stage: Stage, caseId: string, repeat: number) => {
    const answer: Answer = await ask(request, { stage, feature, caseId, repeat })
    book(ledger, answer.completion, stage, answer.source)
    return answer.completion
  }
  const judge = createJudge({
    ...options.judge,
    ask: (request, { caseId, repeat }) => booked(request, 'judge', caseId, repeat),
  })
  const promptChecks = candidate.checks.map((spec) => compileCheck(spec, checkDeps))
  const scoreCaseOf = (version: Prompt) =>
    createScoreCase({
      version,
      measure: candidate,
      generate: options.target
        ? callTarget(options.target, ledger, signal)
        : (request, testCase, repeat) => booked(request, 'generation', testCase.id, repeat),
      checksOf: (testCase) => [...promptChecks, ...testCase.checks.map((spec) => compileCheck(spec, checkDeps))],
      judge,
      signal,
    })
  const evaluation = {
    feature,
    cases: options.cases,
    arms: { candidate: scoreCaseOf(candidate), ...(baseline && { baseline: scoreCaseOf(baseline) }) },
    table,
    results,
    concurrency: options.concurrency,
    onScored(arm: Arm, detail: CaseDetail) {
      if (arm === 'candidate' && detail.latencyMs !== undefined) latencies.push(detail.latencyMs)
      options.onScored?.(arm, detail)
    },
  }
  return {
    candidate,
    baseline,
    table,
    ledger,
    latencies,
    judge,
    score: (repeat, wanted) => evaluate(evaluation, repeat, wanted),
  }
}

/** Answers of an application are not kept: Sluice cannot see when its code changes. */
function callTarget(target: TargetCall, ledger: Ledger, signal: AbortSignal) {
  return async (_request: ModelRequest, { vars, id }: Case, repeat: number) => {
    const completion = await target(vars, { caseId: id, repeat, signal })
    book(ledger, completion, 'generation', 'provider')
    return completion
  }
}
