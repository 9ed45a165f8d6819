import { type BackoffSettings, jitteredBackoffMs } from '../../backoff.ts'
import { createDirectAsk } from '../../core/answers/ask.ts'
import type { ModelClient } from '../../core/providers/client.ts'
import { ProviderError } from '../../core/providers/provider-error.ts'
import type { AnswerModes } from '../../core/scorers/judge/judge.ts'
import { JudgeError } from '../../core/scorers/judge/judge-error.ts'
import { judgeMembers, storedJudgeSettings } from '../../core/suite/config/judge-settings.ts'
import { TemplateError } from '../../core/suite/values/template.ts'
import { SluiceError } from '../../errors.ts'
import type { StoredContent, StoredJudgement } from '../../records/content.ts'
import type { JudgeTask } from '../../records/judge-task.ts'
import type { LogEntry } from '../../records/outcome.ts'
import type { Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { type DailyBudget, nextDay } from './daily-budget.ts'
import { earlierJudgement, judgeContent, UnseenPart } from './judge-content.ts'
import { scoreEntry } from './score-entry.ts'

/**
 * The result of a task. `unjudgeable`: its content, version or log entry is gone, or contents of the feature are no
 * longer stored. `over-budget`: tried again tomorrow. `failed`: the judge or its provider failed; tried again later.
 * `given-up`: it failed too often because of this content, or what the rubric sees is not stored of it. `stopped`: the
 * worker ends; the next one takes the task.
 */
export type JudgeTaskEnd = 'scored' | 'abstained' | 'unjudgeable' | 'over-budget' | 'failed' | 'given-up' | 'stopped'

export interface JudgingContext {
  store: Store
  now: () => number
  /** Random numbers in [0,1). */
  random: () => number
  budgetOf: (feature: string, limitUsd: number, now: number) => Promise<DailyBudget>
  /** Calls models within the budget. */
  clientOf: (budget: DailyBudget) => Pick<ModelClient, 'complete'>
  /** How each judge's server is made to answer in the right form. */
  modes: AnswerModes
  /** Why a model cannot be called within a budget, e.g. because it has no price; undefined if it can. */
  unaskable: (model: string) => Promise<string | undefined>
  signal: AbortSignal
}

export interface JudgedTask {
  end: JudgeTaskEnd
  /** The kind of a failure. Its message is not shown, since a provider often quotes the request in it. */
  code?: string
}

/** The judge cannot be called at all, because the project lacks a setting. */
class UnaskableJudge extends SluiceError {
  override readonly name = 'UnaskableJudge'
}

const mostAttempts = 5
const backoff: BackoffSettings = { firstMs: 10_000, longestMs: 600_000 }

/** Kinds of failure that the content does not cause. A task is never given up because of them. */
const outages = new Set(['auth', 'rate-limit', 'overloaded', 'timeout', 'unreachable', 'server', 'no-model'])

/**
 * Judges one request and logs its score once. After a crash it goes on with the interrupted step, since each step
 * stores its result.
 */
export async function judgeTask(task: JudgeTask, context: JudgingContext): Promise<JudgedTask> {
  const { store } = context
  try {
    const [request, content] = await Promise.all([store.entry(task), store.content(task)])
    if (!request || !content) return await discard(task, context, 'unjudgeable')
    const earlier = earlierJudgement(content)
    if (earlier) return await logScore(task, context, { request, content, judged: earlier })
    const judged = await askJudge(content, context)
    if (judged === undefined) return await discard(task, context, 'unjudgeable')
    if (judged.score !== null) await store.setJudgement(task, judged, judged.score)
    return await logScore(task, context, { request, content, judged })
  } catch (error) {
    // An unreachable store is not the fault of the content. A row that cannot be read is given up like other failures.
    if (error instanceof StoreError && error.retryable) throw error
    return tryAgain(task, context, error)
  }
}

async function askJudge(content: StoredContent, context: JudgingContext): Promise<StoredJudgement | undefined> {
  const { store, now, budgetOf, clientOf, modes, unaskable, signal } = context
  const version = await store.version(content.feature, content.version)
  if (!version?.judge) return undefined
  for (const { model } of judgeMembers(storedJudgeSettings(version.judge))) {
    const fault = await unaskable(model)
    if (fault !== undefined) throw new UnaskableJudge('invalid-input', fault)
  }
  const live = (await store.feature(content.feature))?.live ?? version.live
  if (!live.store) return undefined
  const budget = await budgetOf(content.feature, live.judge.budgetUsdPerDay, now())
  try {
    return await judgeContent(content, version, { ask: createDirectAsk(clientOf(budget), signal), modes })
  } finally {
    await budget.book()
  }
}

async function logScore(
  task: JudgeTask,
  context: JudgingContext,
  { request, content, judged }: { request: LogEntry; content: StoredContent; judged: StoredJudgement },
): Promise<JudgedTask> {
  const { score, judgeId, costUsd } = judged
  if (score === null) return discard(task, context, 'abstained')
  const inputChars = JSON.stringify(content.input).length
  await context.store.append([scoreEntry(request, task, { score, judgeId, costUsd, inputChars }, context.now())])
  return finish(task, context, 'scored')
}

async function finish(task: JudgeTask, { store }: JudgingContext, end: JudgeTaskEnd): Promise<JudgedTask> {
  await store.finish([task])
  return { end }
}

/** Ends a task without a score and deletes its content, which is no longer needed. */
async function discard(task: JudgeTask, { store }: JudgingContext, end: JudgeTaskEnd): Promise<JudgedTask> {
  await store.discard([task])
  return { end }
}

async function tryAgain(task: JudgeTask, context: JudgingContext, error: unknown): Promise<JudgedTask> {
  const { store, now, random } = context
  const code = codeOf(error)
  if (error instanceof UnseenPart) return { ...(await discard(task, context, 'given-up')), code }
  const kind = error instanceof ProviderError ? error.kind : undefined
  if (kind === 'budget') {
    await store.retry(task, task.attempts, nextDay(now()))
    return { end: 'over-budget', code }
  }
  if (kind === 'aborted') {
    await store.retry(task, task.attempts, now())
    return { end: 'stopped' }
  }
  const isOutage = error instanceof UnaskableJudge || (kind !== undefined && outages.has(kind))
  const attempts = task.attempts + (isOutage ? 0 : 1)
  if (attempts >= mostAttempts) return { ...(await discard(task, context, 'given-up')), code }
  await store.retry(task, attempts, now() + jitteredBackoffMs(backoff, Math.max(0, attempts - 1), random, 0.5))
  return { end: 'failed', code }
}

/** The kind of a failure, as a code of Sluice. */
function codeOf(error: unknown): string {
  if (error instanceof UnaskableJudge || error instanceof UnseenPart) return error.message
  if (error instanceof ProviderError)
    return error.status === undefined ? error.kind : `${error.kind}, status ${error.status}`
  if (error instanceof JudgeError) return 'no-judgement'
  if (error instanceof TemplateError) return 'input-lacks-a-variable'
  return 'internal'
}
