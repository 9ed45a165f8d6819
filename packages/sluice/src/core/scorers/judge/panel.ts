import { createHash } from 'node:crypto'
import type { JudgedItem } from '../../../records/report/case-detail.ts'
import { canonicalJson } from '../../suite/values/canonical-json.ts'
import { loosestMode } from './answer-modes.ts'
import { dividedTask, joinedJudgement } from './divided-task.ts'
import { isOfOneAnswer } from './judge-error.ts'
import type { Judgement } from './judgement.ts'
import type { Judge } from './single-judge.ts'

type Vote = { judgement: Judgement } | { error: unknown }

/**
 * Makes a judge of several models, an odd number of them. Each answers the whole rubric by itself. Of each item counts
 * what more than half of all members say; where no verdict has so many, it is `cannot_tell`, never yes. Where a member
 * fails, the others decide only those answers of which every item is settled whatever it would have said. An evaluator
 * with a model of its own is asked of that model, once.
 */
export function createPanel(name: string, members: readonly Judge[]): Judge {
  return {
    model: name,
    models: members.map(({ model }) => model),
    get mode() {
      return loosestMode(members.map((member) => member.mode))
    },
    get id() {
      const ids = members.map(({ id }) => id).sort()
      return createHash('sha256')
        .update(canonicalJson({ panel: ids }))
        .digest('hex')
        .slice(0, 12)
    },
    async score(subject, task) {
      const { shared, own } = dividedTask(task)
      const [byOwnModels, ...votes] = await Promise.all([
        own && members[0]?.score(subject, own),
        ...(shared ? members.map((member) => voteOf(member, subject, shared)) : []),
      ])
      const items = shared ? majorities(votes, members) : []
      return joinedJudgement(
        task,
        [...items, ...(byOwnModels?.items ?? [])],
        [...votes.map(usdOf), ...(byOwnModels ? [byOwnModels.costUsd] : [])],
      )
    },
  }
}

/** @throws what concerns more than this answer: a spent budget, a refused key, a model that does not exist. */
async function voteOf(member: Judge, ...question: Parameters<Judge['score']>): Promise<Vote> {
  try {
    return { judgement: await member.score(...question) }
  } catch (error) {
    if (!isOfOneAnswer(error)) throw error
    return { error }
  }
}

/** What a failed member was paid is unknown here; the ledger of the run has it. */
function usdOf(vote: Vote): number | undefined {
  return 'judgement' in vote ? vote.judgement.costUsd : undefined
}

/** @throws the failure of a member on whose answer an item depends. */
function majorities(votes: readonly Vote[], members: readonly Judge[]): JudgedItem[] {
  const given = votes.flatMap((vote) => ('judgement' in vote ? [vote.judgement.items] : []))
  const failures = votes.flatMap((vote) => ('error' in vote ? [vote.error] : []))
  const [asked] = given
  if (!asked) throw failures[0]
  return asked.map((item, index) => {
    const answers = given.flatMap((items) => items[index] ?? [])
    const verdict = majorityOf(
      answers.map((answer) => answer.verdict),
      votes.length,
    )
    if (verdict === undefined) throw failures[0]
    const byMember = votes.map((vote, place) => ({
      model: members[place]?.model ?? '',
      verdict: 'judgement' in vote ? (vote.judgement.items[index]?.verdict ?? null) : null,
    }))
    return { ...memberTexts(answers, verdict, item, votes.length - given.length), members: byMember }
  })
}

/**
 * What more than half of a panel of `size` members say, from the answers that came. Null where no verdict can have so
 * many, undefined where that hangs on an answer that is missing.
 */
export function majorityOf(verdicts: readonly string[], size: number): string | null | undefined {
  const counts = new Map<string, number>()
  for (const verdict of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  const won = [...counts].find(([, count]) => count > size / 2)
  if (won) return won[0]
  const missing = size - verdicts.length
  // Whether cannot_tell wins or nothing does is the same to the score.
  const canWin = ([verdict, count]: [string, number]) => verdict !== 'cannot_tell' && count + missing > size / 2
  return missing > size / 2 || [...counts].some(canWin) ? undefined : null
}

/**
 * The item in the words of the member of the majority whose score is in the middle, the lower one of two, where those
 * of members that failed count as below: a list of claims is one member's, and no member that failed could have made
 * its score lower. Where all scores are the same it is the first. Without a majority nobody speaks for the panel.
 */
function memberTexts(
  answers: readonly JudgedItem[],
  verdict: string | null,
  asked: JudgedItem,
  failed: number,
): JudgedItem {
  const majority = answers
    .filter((answer) => answer.verdict === verdict)
    .toSorted((a, b) => (a.score ?? 0) - (b.score ?? 0))
  const middle = Math.floor((majority.length + failed - 1) / 2) - failed
  const speaker = majority.find(({ score }) => score === majority[Math.max(0, middle)]?.score)
  if (speaker) return speaker
  const reasoning = `no verdict has a majority of the panel: ${answers.map((answer) => answer.verdict).join(', ')}`
  const { id, must, weight } = asked
  return { id, verdict: 'cannot_tell', evidence: '', reasoning, evidenceFound: true, must, weight }
}
