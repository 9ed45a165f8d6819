import type { PromptRequest } from '../../core/providers/provider.ts'
import { type CaseScore, caseScore } from '../../core/scorers/case-score.ts'
import { judgementOf } from '../../core/scorers/judge/judgement.ts'
import type { Case } from '../../core/suite/cases/case.ts'
import type { Turn } from '../../core/suite/cases/conversation.ts'
import type { Message } from '../../core/suite/models/model.ts'
import { SluiceError } from '../../errors.ts'
import type { AnswerTrace, TrajectoryMessage } from '../../records/answer-trace.ts'
import type { ConversationTurn } from '../../records/conversation-turn.ts'
import { type CaseDetail, type CheckResult, isFailedMust, type JudgedItem } from '../../records/report/case-detail.ts'
import { knownSum } from '../tools/tool-loop.ts'
import { type AnsweredCase, answerTo, type Scoring, scoreAnswered, withHistory } from './score-answer.ts'

interface Conversation {
  testCase: Case
  turns: readonly Turn[]
  repeat: number
  /** The request of the first turn. */
  request: PromptRequest
}

/** What was asked and scored so far. */
export interface ConversationProgress {
  /** Whether an application answers, which may call tools without saying so. */
  isApplication: boolean
  answers: AnsweredCase[]
  /** The scores of the turns that are scored, and of the whole. */
  scores: number[]
  checks: CheckResult[]
  judge: JudgedItem[]
  /** What judge and simulated user were paid; undefined where a part is unknown. */
  judgeUsd: number | undefined
  hasFailed: boolean
}

/**
 * Asks turn by turn, each with the answers so far. The score is the mean of the turns that have checks or a rubric, and
 * of the checks and rubric of prompt and case, which are about the last answer and count as much as one turn. A turn
 * without an answer, or one that cannot be scored, ends the conversation with its state and without a score.
 */
export async function scoreConversation(scoring: Scoring, conversation: Conversation): Promise<CaseDetail> {
  const { testCase, turns, repeat, request } = conversation
  const opening = request.messages.slice(0, -1)
  const soFar: Message[] = [...(testCase.messages ?? [])]
  const before = opening.slice(0, opening.length - soFar.length)
  const progress = noProgress(scoring)
  for (const [index, turn] of turns.entries()) {
    const name = turnName(index)
    soFar.push(turn.user)
    const asked = askedCase(conversation, index, scoring, soFar)
    const messages = [...before, ...soFar]
    const answered = await answerTo(scoring, asked, repeat, { ...request, messages })
    if ('ended' in answered) return endedConversation(progress, answered.ended, soFar, name, turns.length === index + 1)
    progress.answers.push(answered)
    const score =
      scorersOf(turn).length > 0
        ? await scoreAnswered(ofTurnAlone(scoring), turnCase(testCase, turn), repeat, answered)
        : undefined
    if (score && !isScored(score)) return endedConversation(progress, score, soFar, name, false)
    if (score) add(progress, score, answered, `${name}: `)
    soFar.push({ role: 'assistant', content: answered.read.output })
    const hasFailed = score?.score !== undefined && score.score < 1
    if (hasFailed && testCase.onFailure === 'stop' && index + 1 < turns.length)
      return finished(stopped(progress, conversation, index, scoring), soFar)
  }
  return scoreWhole(scoring, testCase, repeat, progress, soFar)
}

/** Scores the last answer by what prompt and case say about it, with time, cost and trajectory of all. */
export async function scoreWhole(
  scoring: Scoring,
  testCase: Case,
  repeat: number,
  progress: ConversationProgress,
  soFar: readonly Message[],
): Promise<CaseDetail> {
  const last = progress.answers.at(-1)
  if (last === undefined || scorersOfWhole(scoring, testCase).length === 0) return finished(progress, soFar)
  const { costUsd: _, latencyMs: __, trace: ___, ...answer } = last.answer
  const whole = { ...last, answer: { ...answer, ...sumsOf(progress, last) } }
  const score = await scoreAnswered({ ...scoring, isPart: true }, testCase, repeat, whole)
  if (!isScored(score)) return endedConversation(progress, score, soFar.slice(0, -1), undefined, false)
  add(progress, score, whole, '')
  return finished(progress, soFar)
}

export function noProgress({ version }: Scoring): ConversationProgress {
  const isApplication = version.target !== undefined
  return { isApplication, answers: [], scores: [], checks: [], judge: [], judgeUsd: 0, hasFailed: false }
}

/** How reports name a turn. */
export function turnName(index: number): string {
  return `turn ${index + 1}`
}

const isScored = ({ state }: CaseDetail) => state === 'scored' || state === 'checkFailed'

type Scorers = readonly { weight: number }[]

/** Also those without a weight: a check may have to pass, or measure, and count for nothing else. */
const scorersOf = ({ checks, rubric }: Pick<Turn, 'checks' | 'rubric'>): Scorers => [...checks, ...rubric]

const scorersOfWhole = ({ measure }: Scoring, testCase: Case): Scorers => [
  ...[...measure.checks, ...measure.rubric, ...measure.choices],
  ...scorersOf(testCase),
]

const haveWeight = (scorers: Scorers) => scorers.some(({ weight }) => weight > 0)

function ofTurnAlone(scoring: Scoring): Scoring {
  return { ...scoring, isPart: true, measure: { ...scoring.measure, rubric: [], choices: [] }, checks: [] }
}

/** A case that is scored by one turn alone. */
function turnCase(testCase: Case, { expected, checks, rubric }: Turn): Case {
  const { expected: _, ...others } = testCase
  return { ...others, ...(expected !== undefined && { expected }), checks, rubric }
}

/** The case as it is asked in a turn. What a case expects instead of an answer, it expects of the last turn. */
function askedCase({ testCase, turns }: Conversation, index: number, { version }: Scoring, soFar: readonly Message[]) {
  const isLast = index === turns.length - 1
  const own: Case = isLast ? testCase : { ...testCase, expect: 'answer' }
  // Recordings are found by the case, and each turn has its own.
  const named = index === 0 || version.target ? own : { ...own, id: `${testCase.id} turn ${index + 1}` }
  return withHistory(named, version, soFar)
}

function add(progress: ConversationProgress, detail: CaseDetail, { answer }: AnsweredCase, prefix: string): void {
  const { scores, checks, judge } = progress
  if (detail.score !== undefined) scores.push(detail.score)
  checks.push(...detail.checks.map((check) => ({ ...check, name: `${prefix}${check.name}` })))
  judge.push(...detail.judge.map((item) => ({ ...item, id: `${prefix}${item.id}` })))
  const ofJudge = detail.costUsd === undefined ? undefined : detail.costUsd - (answer.costUsd ?? 0)
  progress.judgeUsd = knownSum([progress.judgeUsd, detail.judge.length === 0 ? 0 : ofJudge])
  progress.hasFailed ||= detail.state === 'checkFailed' || detail.judge.some(isFailedMust)
}

/** Adds what was paid beside the answers; undefined is an unknown price. */
export function addPaid(progress: ConversationProgress, usd: number | undefined): void {
  progress.judgeUsd = knownSum([progress.judgeUsd, usd])
}

/**
 * A conversation that was stopped: what was never asked counts 0, so that an earlier failure is never the better one.
 */
function stopped(
  progress: ConversationProgress,
  { testCase, turns }: Conversation,
  index: number,
  scoring: Scoring,
): ConversationProgress {
  const reason = `${turnName(index)} scored below 1, and onFailure is stop`
  const never = (name: string): CheckResult => ({ name, type: 'turn', score: 0, weight: 1, must: false, reason })
  const rest = turns.flatMap((turn, number) =>
    number > index && haveWeight(scorersOf(turn)) ? [never(`${turnName(number)}: asked`)] : [],
  )
  const whole = haveWeight(scorersOfWhole(scoring, testCase)) ? [never('last answer: asked')] : []
  const missing = [...rest, ...whole]
  return {
    ...progress,
    scores: [...progress.scores, ...missing.map(() => 0)],
    checks: [...progress.checks, ...missing],
  }
}

function finished(progress: ConversationProgress, soFar: readonly Message[]): CaseDetail {
  const { scores, checks, judge, hasFailed, answers } = progress
  const last = answers.at(-1)
  if (scores.length === 0)
    throw new SluiceError(
      'invalid-input',
      'nothing scores this case: give a turn a check or a rubric with a weight above 0',
    )
  const mean = scores.reduce((total, score) => total + score, 0) / scores.length
  const isFailed = checks.some(({ must, score }) => must && score < 1)
  return {
    ...shownOf(progress, last, soFar.slice(0, -1)),
    state: isFailed ? 'checkFailed' : 'scored',
    score: hasFailed ? 0 : mean,
    checks,
    judge,
  }
}

/** A conversation that ended without a score, or in the way that its case expects. */
export function endedConversation(
  progress: ConversationProgress,
  detail: CaseDetail,
  soFar: readonly Message[],
  name: string | undefined,
  isLast: boolean,
): CaseDetail {
  const shown = shownOf(progress, undefined, soFar)
  // An answer that only the whole could not be scored by may be scored by another judge.
  const exchanges = name === undefined && progress.answers.length > 0 && { exchanges: exchangesOf(progress) }
  const own = { ...detail, ...shown, ...exchanges, ...(detail.trace && { trace: detail.trace }) }
  // What the whole cost is already in the detail of the whole, which has no name of a turn.
  const earlier = name === undefined ? [] : progress.answers.map(({ answer }) => answer.costUsd)
  const costUsd = knownSum([detail.costUsd, ...earlier, progress.judgeUsd])
  const { costUsd: _, ...rest } = own
  const priced = costUsd === undefined ? rest : { ...rest, costUsd }
  const { checks, judge, scores, hasFailed } = progress
  if (isLast && detail.score !== undefined) {
    const all = [...scores, detail.score]
    const score = hasFailed ? 0 : all.reduce((total, each) => total + each, 0) / all.length
    return { ...priced, score, checks: [...checks, ...detail.checks], judge: [...judge, ...detail.judge] }
  }
  const error = name === undefined || detail.error === undefined ? detail.error : `${name}: ${detail.error}`
  return { ...priced, ...(error !== undefined && { error }) }
}

/** What a reader is shown of all turns; `last` is the answer that the whole is scored by. */
function shownOf(progress: ConversationProgress, last: AnsweredCase | undefined, soFar: readonly Message[]) {
  const costUsd = knownSum([...progress.answers.map(({ answer }) => answer.costUsd), progress.judgeUsd])
  const sums = last && sumsOf(progress, last)
  const { trace: _, latencyMs: __, answerUsd: ___, ...shown } = last?.shown ?? {}
  return {
    ...shown,
    input: inputOf(soFar),
    ...(last && { exchanges: exchangesOf(progress) }),
    ...(sums?.trace && { trace: sums.trace }),
    ...(sums?.latencyMs !== undefined && { latencyMs: sums.latencyMs }),
    ...(sums?.costUsd !== undefined && { answerUsd: sums.costUsd }),
    ...(last && costUsd !== undefined && { costUsd }),
  }
}

/**
 * The score that checks and verdicts come to: of a conversation the mean of its turns, each by what says `turn 2: `.
 */
export function scoreOfDetail({ checks, judge, exchanges }: CaseDetail): CaseScore {
  const judgement = (items: JudgedItem[]) => (items.length > 0 ? judgementOf(items) : undefined)
  if (!exchanges) return caseScore(checks, judgement(judge))
  const turnOf = (name: string) => /^turn \d+: /.exec(name)?.[0] ?? ''
  const turns = new Set([...checks.map(({ name }) => turnOf(name)), ...judge.map(({ id }) => turnOf(id))])
  const scores = [...turns].map((turn) => {
    const own = checks.filter(({ name }) => turnOf(name) === turn)
    const items = judge.filter(({ id }) => turnOf(id) === turn)
    return { ...caseScore(own, judgement(items), true), no: items.some((item) => item.must && item.score === 0) }
  })
  if (scores.some(({ state }) => state === 'checkFailed')) return { state: 'checkFailed', score: 0 }
  if (scores.some(({ state }) => state === 'abstained')) return { state: 'abstained' }
  if (scores.some(({ no }) => no)) return { state: 'scored', score: 0 }
  const known = scores.flatMap(({ score }) => score ?? [])
  return { state: 'scored', score: known.reduce((total, score) => total + score, 0) / known.length }
}

/** All that was said and answered, from which the conversation can be scored again. */
function exchangesOf({ answers }: ConversationProgress): ConversationTurn[] {
  return answers.map(({ answer: { latencyMs, costUsd, trace }, read, reading: { request } }) => ({
    user: request.messages.at(-1)?.content ?? '',
    output: read.output,
    ...(latencyMs !== undefined && { latencyMs }),
    ...(costUsd !== undefined && { costUsd }),
    ...(trace && { trace }),
  }))
}

/** What was said before an answer, for readers: the text alone where the user spoke once. */
export function inputOf(messages: readonly Message[]): string {
  if (messages.length === 1) return messages[0]?.content ?? ''
  return messages.map(({ role, content }) => `${role}: ${content}`).join('\n\n')
}

/** Time, cost and trajectory of all answers. What one of them did not report is unknown for the whole. */
function sumsOf({ answers, isApplication }: ConversationProgress, last: AnsweredCase) {
  const latencyMs = knownSum(answers.map(({ answer }) => answer.latencyMs))
  const costUsd = knownSum(answers.map(({ answer }) => answer.costUsd))
  const messages = answers.map((each) => trajectoryOf(each, isApplication))
  const { trajectory: _, ...others }: AnswerTrace = last.answer.trace ?? {}
  const known = messages.flatMap((each) => each ?? [])
  const isWhole = messages.every((each) => each !== undefined)
  const trace: AnswerTrace = { ...others, ...(isWhole && { trajectory: { messages: known } }) }
  return {
    ...(latencyMs !== undefined && { latencyMs }),
    ...(costUsd !== undefined && { costUsd }),
    ...(Object.keys(trace).length > 0 && { trace }),
  }
}

/**
 * The message of the user and what followed. Of an application that reports no trajectory nobody knows what it called,
 * and of a model without tools that it called nothing.
 */
function trajectoryOf(
  { answer, read, reading: { request } }: AnsweredCase,
  isApplication: boolean,
): TrajectoryMessage[] | undefined {
  const question = request.messages.at(-1)?.content ?? ''
  const reported = answer.trace?.trajectory?.messages
  if (reported === undefined && isApplication) return undefined
  const from = reported?.findLastIndex(({ role }) => role === 'user') ?? -1
  const own = reported?.slice(from + 1) ?? [{ role: 'assistant' as const, text: read.output, calls: [] }]
  return [{ role: 'user', text: question, calls: [] }, ...own]
}
