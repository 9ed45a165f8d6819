import { createHash } from 'node:crypto'
import { hashedFraction } from '../../../hashed-fraction.ts'
import {
  type CascadeTrace,
  isFailedMust,
  type JudgedItem,
  type ReasonToGoOn,
} from '../../../records/report/case-detail.ts'
import type { CascadeRule } from '../../suite/config/judge-settings.ts'
import { canonicalJson } from '../../suite/values/canonical-json.ts'
import type { Subject } from '../checks/measure.ts'
import { type AnswerModes, loosestMode } from './answer-modes.ts'
import { dividedTask, joinedJudgement, sumOrUndefined } from './divided-task.ts'
import { isOfOneAnswer, JudgeError } from './judge-error.ts'
import type { Judgement } from './judgement.ts'
import type { Judge, JudgeQuestions } from './single-judge.ts'

export interface CascadeParts {
  /** The cheap judge, which is asked first. */
  first: Judge
  /** The judge that decides where the first one is unsure. */
  second: Judge
  when: readonly CascadeRule[]
  /** In [0,1]: the share of the answers that both judge. */
  audit: number
  modes: AnswerModes
}

/** The second vote of a repeat must not be the stored first one. No gate asks a case so often. */
const againOffset = 1000

/**
 * Makes a judge of two models. The first answers the whole rubric, and where it is sure its verdicts count. Where a
 * rule of `when` says that it is unsure, or its answer is not as asked, the second judges the whole answer anew, and
 * its verdicts alone count. A share of the answers is judged by both; that changes no score. Until the second one has
 * answered, its answer format and so the cascade's id is not known: the first answer of all is judged by both too.
 */
export function createCascade(name: string, { first, second, when, audit, modes }: CascadeParts): Judge {
  const meet = firstMeeting(second, modes)
  const judgeShared = async (
    subject: Subject,
    task: JudgeQuestions,
  ): Promise<Judgement & { cascade: CascadeTrace }> => {
    const early = await meet(subject, task)
    const votes = await votesOf(first, when, subject, task)
    const drawn = isDrawn(subject, task, audit)
    const asked =
      early ?? (votes.wentOn === null && !drawn ? undefined : await secondOpinion(second, votes, subject, task))
    const counts = votes.wentOn === null ? votes.judgement : asked
    if (!counts) throw new JudgeError(`judge ${second.model} on case "${subject.case.id}": no answer`)
    const secondUsd = asked === undefined ? 0 : asked?.costUsd
    const costUsd = sumOrUndefined([votes.usd, secondUsd])
    const trace: CascadeTrace = {
      wentOn: votes.wentOn,
      drawn,
      differing: votes.judgement && asked ? differing(votes.judgement.items, asked.items) : null,
      firstUsd: votes.usd ?? null,
      secondUsd: secondUsd ?? null,
    }
    const { costUsd: _, ...judgement } = counts
    return { ...judgement, cascade: trace, ...(costUsd !== undefined && { costUsd }) }
  }
  return {
    model: name,
    models: [first.model, second.model],
    get mode() {
      return loosestMode([first.mode, second.mode])
    },
    get id() {
      const parts = { first: first.id, second: second.id, when: [...when].sort() }
      return createHash('sha256')
        .update(canonicalJson({ cascade: parts }))
        .digest('hex')
        .slice(0, 12)
    },
    async score(subject, task) {
      const { shared, own } = dividedTask(task)
      const [judged, byOwnModels] = await Promise.all([
        shared && judgeShared(subject, shared),
        own && first.score(subject, own),
      ])
      const parts = [judged, byOwnModels].filter((part) => part !== undefined)
      const joined = joinedJudgement(
        task,
        parts.flatMap(({ items }) => items),
        parts.map(({ costUsd }) => costUsd),
      )
      return judged ? { ...joined, cascade: judged.cascade } : joined
    },
  }
}

interface Votes {
  wentOn: ReasonToGoOn | null
  /** Undefined where the first judge gave none. */
  judgement: Judgement | undefined
  /** USD of all votes; undefined where unknown. */
  usd: number | undefined
}

/** Asks the first judge, by the cheapest rule first: a second vote is only asked for where nothing else says unsure. */
async function votesOf(
  first: Judge,
  when: readonly CascadeRule[],
  subject: Subject,
  task: JudgeQuestions,
): Promise<Votes> {
  const ask = (asked: JudgeQuestions) =>
    first.score(subject, asked).catch((error: unknown) => {
      if (error instanceof JudgeError) return undefined
      throw error
    })
  const judgement = await ask(task)
  if (!judgement) return { wentOn: 'failed', judgement, usd: undefined }
  const usd = judgement.costUsd
  const unsure = (['cannot_tell', 'must-no'] as const).find(
    (rule) => when.includes(rule) && judgement.items.some(unsureBy[rule]),
  )
  if (unsure) return { wentOn: unsure, judgement, usd }
  if (!when.includes('near-flip')) return { wentOn: null, judgement, usd }
  const reversed = { ...task, rubric: [...task.rubric].reverse(), repeat: task.repeat + againOffset }
  const again = await ask(reversed)
  if (!again) return { wentOn: 'failed', judgement, usd: undefined }
  const flipped = differing(judgement.items, again.items).length > 0
  return { wentOn: flipped ? 'near-flip' : null, judgement, usd: sumOrUndefined([usd, again.costUsd]) }
}

const unsureBy: Record<'cannot_tell' | 'must-no', (item: JudgedItem) => boolean> = {
  cannot_tell: ({ score }) => score === undefined,
  'must-no': isFailedMust,
}

/** The ids of items with different verdicts. */
function differing(one: readonly JudgedItem[], other: readonly JudgedItem[]): string[] {
  const verdicts = new Map(other.map(({ id, verdict }) => [id, verdict]))
  return one.flatMap(({ id, verdict }) => (verdicts.get(id) === verdict ? [] : [id]))
}

/**
 * Null where the audit alone wanted it and it failed: the verdicts of the first judge stand, and the audit lacks one.
 */
async function secondOpinion(
  second: Judge,
  { wentOn }: Votes,
  subject: Subject,
  task: JudgeQuestions,
): Promise<Judgement | null> {
  try {
    return await second.score(subject, task)
  } catch (error) {
    if (wentOn === null && isOfOneAnswer(error)) return null
    throw error
  }
}

/** Whether both judge an answer: by a hash of it, so that the same answer is drawn in every run. */
function isDrawn({ case: { id }, output }: Subject, { repeat }: JudgeQuestions, share: number): boolean {
  return hashedFraction(canonicalJson({ audit: id, repeat, output })) < share
}

/**
 * Has the second judge answer once, so that the answer format of its server is known; its judgement, if it is of use.
 */
function firstMeeting(second: Judge, modes: AnswerModes) {
  let underWay: Promise<unknown> | undefined
  return async (subject: Subject, task: JudgeQuestions): Promise<Judgement | undefined> => {
    while (!modes.isKnown(second.model)) {
      if (underWay) {
        await underWay.catch(() => undefined)
        continue
      }
      const own = second.score(subject, task)
      underWay = own
      try {
        return await own
      } catch (error) {
        // The server has taken the format; the fault in its answer concerns this one alone.
        if (!modes.isKnown(second.model)) throw error
      } finally {
        underWay = undefined
      }
    }
    return undefined
  }
}
