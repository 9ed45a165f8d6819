import type { Ask } from '../../core/answers/ask.ts'
import { lostReason, refusedAnswer } from '../../core/providers/lost-answer.ts'
import type { Completion, ModelRequest, PromptRequest } from '../../core/providers/provider.ts'
import { ProviderError, type ProviderErrorKind, StaleRecordingError } from '../../core/providers/provider-error.ts'
import { scoreOutput } from '../../core/scorers/case-score.ts'
import { type Check, CheckError } from '../../core/scorers/checks/check.ts'
import { type Judge, JudgeError, type Judgement, NoSourceError } from '../../core/scorers/judge/judge.ts'
import { type Case, type Expectation, isWithoutAnswer } from '../../core/suite/cases/case.ts'
import type { Message } from '../../core/suite/models/model.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { TemplateError } from '../../core/suite/values/template.ts'
import type { CaseDetail, CaseState, CheckResult, JudgedItem } from '../../records/report/case-detail.ts'
import { hasActed, type ReadAnswer, type Reading, readAnswer } from './read-answer.ts'

/** How one version's answers come about and are scored. */
export interface Scoring {
  /** The version whose messages are sent. */
  version: Prompt
  /** The prompt whose checks and rubric apply: the candidate's, for both versions. */
  measure: Prompt
  /** `accepts` tells whether a completion is an answer; any other completion must not be kept. */
  generate(
    request: PromptRequest,
    testCase: Case,
    repeat: number,
    accepts: (completion: Completion) => boolean,
  ): Promise<Completion>
  /** The checks of the prompt. */
  checks: readonly Check[]
  /** Compiles the checks of a case. */
  checksOf(testCase: Case): Check[]
  judge: Judge | undefined
  /** Whether what is scored is a part of a case, such as a turn. */
  isPart?: boolean
  /** Asks the model of a simulated user. */
  askUser?: Ask<ModelRequest>
  /** What the user said in a turn, from 1, of a conversation that is scored again; undefined after the last one. */
  userAgain?: (turn: number) => string | undefined
  signal: AbortSignal
}

/** A case whose application is told, beside the variables, what was said so far. */
export function withHistory(testCase: Case, { target }: Prompt, earlier: readonly Message[]): Case {
  if (target === undefined) return testCase
  const messages = earlier.map(({ role, content }) => ({ role, content }))
  return { ...testCase, vars: { ...testCase.vars, messages } }
}

/** An answer that came, before it is scored. */
export interface AnsweredCase {
  /** What was asked, and what came of it, for the reader. */
  shown: Omit<CaseDetail, 'state' | 'checks' | 'judge'>
  reading: Reading
  read: ReadAnswer
  answer: Completion
}

/** Asks for one answer. Where none came, `ended` is what becomes of the case. */
export async function answerTo(
  { version, measure, generate }: Pick<Scoring, 'version' | 'measure' | 'generate'>,
  testCase: Case,
  repeat: number,
  request: PromptRequest,
): Promise<{ ended: CaseDetail } | AnsweredCase> {
  const reading: Reading = {
    request,
    expects: testCase.expect ?? measure.expect ?? 'answer',
    // An application shows all that it answers, so reasoning in it is a fault of the application.
    reasoning: measure.reasoning ?? (version.target ? 'keep' : undefined),
  }
  const { expected } = testCase
  const files = request.messages.flatMap(({ parts = [] }) => parts.filter(({ type }) => type !== 'text')).length
  const asked = {
    input: request.messages.at(-1)?.content ?? '',
    ...(files > 0 && { files }),
    ...(expected !== undefined && { expected }),
  }
  let answer: Completion
  try {
    answer = await generate(request, testCase, repeat, (given) => readAnswer(given, reading).kind !== 'lost')
  } catch (error) {
    const live = `a live model, two lines: "model: …" in ${version.file} and "judge: {model: …}" in sluice.yaml`
    return { ended: { ...unanswered(withWayOut(error, live), reading.expects), ...asked } }
  }
  const read = readAnswer(answer, reading)
  const shown = {
    ...asked,
    output: read.output,
    ...(read.reasoning !== undefined && { reasoning: read.reasoning }),
    ...defined('latencyMs', answer.latencyMs),
    ...defined('answerUsd', answer.costUsd),
    ...(answer.trace && { trace: answer.trace }),
  }
  const settled = withoutScoring(read, reading.expects, testCase)
  if (settled) return { ended: { ...shown, ...defined('costUsd', answer.costUsd), ...settled } }
  return { shown, reading, read, answer }
}

/** Scores an answer that came. What cannot be evaluated becomes the state of the case. */
export async function scoreAnswered(
  scoring: Scoring,
  testCase: Case,
  repeat: number,
  { shown, ...answered }: AnsweredCase,
): Promise<CaseDetail> {
  try {
    return { ...shown, ...(await scoreAnswer({ ...scoring, testCase, repeat, ...answered })) }
  } catch (error) {
    const isOfCheck = [CheckError, TemplateError, NoSourceError].some((kind) => error instanceof kind)
    const live = 'a live judge, one line: "judge: {model: …}" in sluice.yaml'
    return { ...failure(withWayOut(error, live), isOfCheck ? 'checkError' : 'judgeError'), ...shown }
  }
}

/** The result of a case that needs neither checks nor judge; undefined for a case that needs them. */
function withoutScoring({ kind, lost, isPartial }: ReadAnswer, expects: Expectation, { checks, rubric }: Case) {
  const ownScorers: { weight: number }[] = [...checks, ...rubric]
  const hasOwnScorers = ownScorers.some(({ weight }) => weight > 0)
  // The text before the refusal may be the very content that had to be refused. Only the case can tell, also by a check
  // that must pass and has no weight.
  if (kind === 'expected' && isPartial && ownScorers.length > 0) return undefined
  if (lost && kind === 'expected') return asExpected(expects, lostReason(lost))
  if (lost) {
    const { state, cause, wayOut } = lost
    return { state, error: lostReason(lost), lost: { cause, wayOut }, checks: [], judge: [] }
  }
  if (!isWithoutAnswer(expects) || hasOwnScorers) return undefined
  return { state: 'scored' as const, score: 0, checks: [unexpectedAnswer(expects)], judge: [] }
}

function asExpected(expects: Expectation, reason: string) {
  return { state: 'scored' as const, score: 1, checks: [expectationCheck(expects, 1, reason)], judge: [] }
}

/** The check that stands for a case's expectation of no answer, with its score and reason. */
function expectationCheck(expects: Expectation, score: 0 | 1, reason: string): CheckResult {
  return { name: `expect: ${expects}`, type: 'expect', score, weight: 1, must: false, reason }
}

/** The failed check of a case that expects no answer but got one. Nothing of the case can find a refusal in words. */
export function unexpectedAnswer(expects: Expectation): CheckResult {
  const reason = `an answer came, and the case has no checks or rubric of its own that could tell a ${expects === 'refusal' ? 'refusal in plain words' : 'harmless one'}`
  return expectationCheck(expects, 0, reason)
}

interface AnswerToScore extends Scoring {
  testCase: Case
  repeat: number
  reading: Reading
  read: ReadAnswer
  answer: Completion
}

/**
 * Scores an answer. Where none is expected, only the case's own checks and rubric apply: the prompt's are about
 * ordinary answers.
 */
async function scoreAnswer({ testCase, repeat, reading, read, answer, measure, ...scoring }: AnswerToScore) {
  const { rubric, choices } = isWithoutAnswer(reading.expects) ? { rubric: [], choices: [] } : measure
  const checks = isWithoutAnswer(reading.expects) ? [] : scoring.checks
  const scored = await scoreOutput({
    subject: {
      case: testCase,
      output: read.output,
      ...defined('latencyMs', answer.latencyMs),
      ...defined('costUsd', answer.costUsd),
      ...(answer.trace && { trace: answer.trace }),
    },
    checks: [...checks, ...scoring.checksOf(testCase)],
    rubric: [...rubric, ...testCase.rubric],
    choices,
    judge: scoring.judge,
    isPart: scoring.isPart || read.kind === 'expected',
    strict: measure.strict,
    input: reading.request.messages,
    repeat,
    signal: scoring.signal,
  })
  const isMet = scored.state === 'scored' && scored.score === undefined
  const met = isMet && read.lost ? asExpected(reading.expects, lostReason(read.lost)) : undefined
  return {
    state: scored.state,
    ...defined('score', met?.score ?? scored.score),
    checks: [...scored.checks, ...(met?.checks ?? [])],
    judge: withOwnQuestions(scored.judgement?.items ?? [], testCase),
    ...(scored.judgement?.cascade && { cascade: scored.judgement.cascade }),
    ...costOf(answer, scored.judgement),
  }
}

/** Keeps the question of an item that only this case has; those of the prompt are the same for all cases. */
function withOwnQuestions(items: readonly JudgedItem[], { rubric }: Case): JudgedItem[] {
  return items.map((item) => {
    const own = rubric.find(({ id }) => id === item.id)
    return own ? { ...item, ask: own.ask } : item
  })
}

/** The result of a call without an answer. A refusal may be what the case expects. */
function unanswered(error: unknown, expects: Expectation): CaseDetail {
  const unwanted = error instanceof ProviderError && (error.kind === 'refused' || error.kind === 'moderated')
  if (unwanted && expects === 'refusal' && !hasActed(error.trace)) return asExpected(expects, error.message)
  if (!(error instanceof ProviderError) || error.kind !== 'refused') return failure(error, 'modelError')
  const { state, cause, wayOut } = refusedAnswer()
  return { ...failure(error, state), lost: { cause, wayOut } }
}

/**
 * Says of a stale recording where a live model is named. The first line of an error is its cause, for all cases alike.
 */
function withWayOut(error: unknown, live: string): unknown {
  if (!(error instanceof StaleRecordingError)) return error
  const [cause = '', ...particulars] = error.message.split('\n')
  return new StaleRecordingError([`${cause}: set ${live}`, ...particulars].join('\n'))
}

/** Whether an error concerns this case alone and not the whole run. */
function isOfCase(error: unknown): error is Error {
  return [ProviderError, JudgeError, CheckError, TemplateError].some((kind) => error instanceof kind)
}

/** Errors that have a state of their own, wherever in a case they come up. */
const stateOfKind: Partial<Record<ProviderErrorKind, CaseState>> = {
  budget: 'budgetStopped',
  'mock-missing': 'mockMissing',
  simulator: 'simulatorError',
}

/** The state of a case that could not be scored; errors that concern the whole run are passed on. */
export function failure(error: unknown, state: CaseState): CaseDetail {
  if (!isOfCase(error) || (error instanceof ProviderError && error.fatal)) throw error
  const kind = error instanceof ProviderError ? error.kind : undefined
  const unaskable = error instanceof ProviderError && error.unaskable
  const trace = error instanceof ProviderError ? error.trace : undefined
  return {
    state: (kind && stateOfKind[kind]) ?? state,
    checks: [],
    judge: [],
    error: error.message,
    ...(trace && { trace }),
    ...(unaskable && { unaskable }),
    ...(error instanceof StaleRecordingError && { stale: true }),
  }
}

function defined<K extends string>(key: K, value: number | undefined): { [P in K]?: number } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: number })
}

/** What answer and judgement cost together; absent if a part is unknown. */
function costOf({ costUsd }: Completion, judgement: Judgement | undefined): { costUsd?: number } {
  const judgeUsd = judgement ? judgement.costUsd : 0
  return costUsd === undefined || judgeUsd === undefined ? {} : { costUsd: costUsd + judgeUsd }
}
