import type { Stage } from '../../core/answers/answer-store.ts'
import type { Ask, AskFor, IsKept } from '../../core/answers/ask.ts'
import { book, bookFailure, bookKeptApplication, emptyLedger, type Ledger } from '../../core/answers/ledger.ts'
import type { ModelRequest } from '../../core/providers/provider.ts'
import type { TargetCall } from '../../core/providers/targets/target.ts'
import { type CheckDeps, compileCheck } from '../../core/scorers/checks/check.ts'
import { type AnswerModes, createJudge, type Judge, kindsOfQuestions } from '../../core/scorers/judge/judge.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { JudgeSettings } from '../../core/suite/config/judge-settings.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { ContentFile } from '../../core/suite/values/content-file.ts'
import type { CaseDetail, VersionRole } from '../../records/report/case-detail.ts'
import { createToolLoop, isStep } from '../tools/tool-loop.ts'
import type { CallModule } from '../tools/tool-module.ts'
import { type Evaluation, evaluate, type IsWanted, type ScoreCase } from './evaluate.ts'
import { type GivenAnswer, givenAgain } from './kept-case.ts'
import { measuringChecks } from './measuring-checks.ts'
import { noObservations, type Observations, observeDetail } from './observations.ts'
import type { Results } from './results.ts'
import type { Scoring } from './score-answer.ts'
import { createScoreCase } from './score-case.ts'
import { createScoreTable, type ScoreTable } from './score-table.ts'

export interface FeatureRunOptions {
  candidate: Prompt
  /** The version to compare with; both are asked the same cases and scored by the candidate's checks and rubric. */
  baseline?: Prompt | undefined
  /** The candidate without some of its files, which is asked whatever the candidate is asked; and these files. */
  without?: { version: Prompt; files: readonly string[] } | undefined
  /** The suite's cases, read anew for every round. */
  cases: () => AsyncIterable<Case>
  /** What tells an edited case from the one that it was. */
  hashOf?: ((testCase: Case) => string) | undefined
  judge: JudgeSettings
  askFor: AskFor
  isKept?: IsKept | undefined
  /** Shared by the features of a run, so that all are judged in the same way. */
  judgeModes?: AnswerModes | undefined
  /** The way to ask the real application of a version; undefined for a bare prompt, whose model is asked. */
  targetOf?: ((version: Prompt, role: VersionRole) => TargetCall | undefined) | undefined
  /** Answers calls of tools whose mock names a module. */
  callModule: CallModule
  /** Scores of the baseline that are kept; they count only for the judge that gave them (null for none). */
  storedBaseline?: { judge: string | null; score: ScoreCase } | undefined
  checkDeps: Omit<CheckDeps, 'ask'>
  results: Results
  concurrency: number
  /** Once aborted, nothing more is asked for and the run ends. */
  stop: AbortSignal
  /** Once aborted, calls under way are cut off. */
  signal: AbortSignal
  /** The number of cases in the suite, where it is known before the suite is read. */
  suiteCases?: number | undefined
  /** How many held out cases the last reading of `cases` left out. */
  heldOut?: { readonly leftOut: number }
  /** Whether the whole suite is run, not only the cases with certain tags. */
  wholeSuite?: boolean
  /** Called before a round with the number of answers that it will take. */
  onRound?: ((answers: number) => void) | undefined
  onScored?: ((role: VersionRole, detail: CaseDetail) => void) | undefined
}

/** One feature's run in progress: what it scored so far and the way to score more. */
export interface FeatureRun {
  candidate: Prompt
  baseline: Prompt | undefined
  suiteCases: number | undefined
  /** How many held out cases were left out. */
  heldOut: { readonly leftOut: number }
  table: ScoreTable
  /** The run without some files, with its scores as those of a candidate; absent where none was asked for. */
  without?: { files: readonly string[]; table: ScoreTable }
  ledger: Ledger
  observations: Observations
  judge: Judge | undefined
  /** Asks a model another question for the judge, within the same budget. */
  askJudge: Ask<ModelRequest>
  /** Scores the repeats up to `repeat` that have no score yet, for the cases that are wanted. */
  score(repeat: number, wanted?: IsWanted): Promise<void>
  /**
   * Scores an answer that was given before, as one of the candidate. A conversation has a score only with its
   * exchanges.
   */
  scoreAnswer(answer: GivenAnswer, testCase: Case, repeat: number): Promise<CaseDetail>
}

export function createFeatureRun(options: FeatureRunOptions): FeatureRun {
  const { candidate, results, signal, storedBaseline: stored } = options
  const ledger = emptyLedger()
  const table = createScoreTable()
  const observations = noObservations()
  const askFor = bookedAsk(options, { ledger, observations })
  const checkDeps = { ...options.checkDeps, ask: askFor('embedding') }
  const failed = (error: unknown) => bookFailure(ledger, error)
  const generate = askFor('generation')
  const askJudge = askFor('judge')
  const judge = createJudge({
    ...options.judge,
    ask: askJudge,
    failed,
    ...(options.isKept && { isKept: options.isKept }),
    ...kindsOfQuestions(candidate.rubric),
    ...(options.judgeModes && { modes: options.judgeModes }),
  })
  const isStoredUsable = stored && (stored.judge === null || stored.judge === judge?.id)
  const baseline = stored && !isStoredUsable ? undefined : options.baseline
  const promptChecks = candidate.checks.map((spec) => compileCheck(spec, checkDeps))
  const callWithTools = (version: Prompt): Scoring['generate'] => {
    const loop = createToolLoop({ version, measure: candidate, callModule: options.callModule, signal })
    return (request, testCase, repeat, accepts) =>
      loop(request, testCase, repeat, (asked) =>
        generate(asked, { caseId: testCase.id, repeat, accepts: (given) => isStep(given) || accepts(given) }),
      )
  }
  const answersOf = (version: Prompt): Scoring['generate'] => {
    const target = options.targetOf?.(version, version === baseline ? 'baseline' : 'candidate')
    const call: Scoring['generate'] = target
      ? callTarget(target, ledger, signal)
      : version.tools
        ? callWithTools(version)
        : (request, { id: caseId }, repeat, accepts) => generate(request, { caseId, repeat, accepts })
    return (...question) =>
      call(...question).catch((error: unknown) => {
        failed(error)
        throw error
      })
  }
  const scoreCaseOf = (version: Prompt, answers: ReturnType<typeof givenAgain> = { generate: answersOf(version) }) =>
    createScoreCase({
      version,
      measure: candidate,
      ...answers,
      checks: promptChecks,
      checksOf: (testCase) => testCase.checks.map((spec) => compileCheck(spec, checkDeps)),
      judge,
      askUser: askJudge,
      signal,
    })
  const without = options.without && {
    score: scoreCaseOf(options.without.version),
    table: createScoreTable(),
    onScored: (detail: CaseDetail) => options.onScored?.('candidate', detail),
  }
  const evaluation: Evaluation = {
    ...{ feature: candidate.feature, cases: options.cases, concurrency: options.concurrency, stop: options.stop },
    versions: {
      candidate: scoreCaseOf(candidate),
      ...(baseline && { baseline: stored?.score ?? scoreCaseOf(baseline) }),
    },
    ...{ table, without, results, measuredBy: (testCase: Case) => measuringChecks(candidate, testCase) },
    hashOf: options.hashOf,
    onScored(role: VersionRole, detail: CaseDetail) {
      observeDetail(observations, role, detail)
      options.onScored?.(role, detail)
    },
  }
  return {
    candidate,
    baseline,
    suiteCases: options.suiteCases,
    heldOut: options.heldOut ?? { leftOut: 0 },
    table,
    ...(without && { without: { files: options.without?.files ?? [], table: without.table } }),
    ledger,
    observations,
    judge,
    askJudge,
    async score(repeat, wanted = () => true) {
      options.onRound?.(
        answerCount(evaluation, options.wholeSuite === false ? undefined : options.suiteCases, repeat, wanted),
      )
      await evaluate(evaluation, repeat, wanted)
    },
    scoreAnswer: async (given, testCase, repeat) =>
      (testCase.turns || testCase.simulate) && !given.exchanges
        ? lastAnswerAlone
        : scoreCaseOf(candidate, givenAgain(given))(testCase, repeat),
  }
}

/** The way to ask for each purpose, with its cost and its origin noted. */
function bookedAsk(
  { askFor, candidate: { feature } }: Pick<FeatureRunOptions, 'askFor' | 'candidate'>,
  { ledger, observations }: { ledger: Ledger; observations: Observations },
): (stage: Stage) => Ask {
  return (stage) =>
    askFor({
      stage,
      feature,
      book(completion, source, model) {
        book(ledger, completion, stage, source)
        // Recordings hold no vectors, so the origin of embeddings is not counted.
        if (stage !== 'embedding') observations.origins.add(model, stage, source)
      },
    })
}

/** The answers to the earlier turns are not known, and the score is a mean over all of them. */
const lastAnswerAlone: CaseDetail = {
  state: 'checkError',
  checks: [],
  judge: [],
  error: 'a conversation cannot be scored by its last answer alone',
}

function answerCount(
  { versions, table, without }: Evaluation,
  caseCount = 0,
  repeat: number,
  wanted: IsWanted,
): number {
  const names = (['candidate', 'baseline'] as const).filter((role) => versions[role])
  let answers = 0
  for (let position = 0; position < Math.max(caseCount, table.cases.length); position += 1) {
    const row = table.cases[position]
    for (const role of names) if (wanted(role, position)) answers += Math.max(0, repeat - (row?.[role].length ?? 0))
    const tried = without?.table.cases[position]?.candidate.length ?? 0
    if (without && wanted('candidate', position)) answers += Math.max(0, repeat - tried)
  }
  return answers
}

function callTarget(target: TargetCall, ledger: Ledger, signal: AbortSignal): Scoring['generate'] {
  return async (_request, { vars, id }, repeat, accepts) => {
    const completion = await target(await sentVariables(vars), { caseId: id, repeat, signal, accepts })
    const isKept = completion.storedAt !== undefined
    book(ledger, completion, 'generation', isKept ? 'cache' : 'provider')
    if (isKept) bookKeptApplication(ledger, completion)
    return completion
  }
}

/** An application gets a file as a data: URL. */
async function sentVariables(vars: Case['vars']): Promise<Case['vars']> {
  const files = Object.entries(vars).filter((entry): entry is [string, ContentFile] => entry[1] instanceof ContentFile)
  if (files.length === 0) return vars
  const urls = await Promise.all(files.map(async ([name, file]) => [name, await file.dataUrl()] as const))
  return { ...vars, ...Object.fromEntries(urls) }
}
