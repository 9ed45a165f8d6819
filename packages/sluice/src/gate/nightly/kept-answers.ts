import { createHash } from 'node:crypto'
import { wordsOf } from '../../core/scorers/checks/similarity/ngrams.ts'
import { rougeL } from '../../core/scorers/checks/similarity/rouge.ts'
import type { CaseDetail } from '../../records/report/case-detail.ts'
import type { ResultRow } from '../run/results.ts'
import type { KeptAnswer, Sentinel } from './night-record.ts'

/** The answers of a case this night, by repeat, with their scores where they have one. */
export interface FreshAnswers {
  answers: KeptAnswer[]
  scores: number[]
}

/** The cases whose answers are kept: all, or a sample that stays the same as the suite grows. */
export function chooseSentinels(ids: readonly string[], most: number): Set<string> {
  if (ids.length <= most) return new Set(ids)
  const rank = (id: string) => createHash('sha256').update(id).digest('hex')
  const ranked = ids.map((id) => ({ id, rank: rank(id) })).sort((a, b) => (a.rank < b.rank ? -1 : 1))
  return new Set(ranked.slice(0, most).map(({ id }) => id))
}

/** The scored answers of the positions in `ids`, at most `repeats` of each, by case id. */
export function freshAnswers(
  rows: Iterable<ResultRow>,
  ids: ReadonlyMap<number, string>,
  repeats: number,
): Map<string, FreshAnswers> {
  const byCase = new Map<string, FreshAnswers>()
  for (const { position, role, repeat, detail } of rows) {
    const id = ids.get(position)
    const answer = answerOf(detail)
    if (id === undefined || role !== 'candidate' || repeat > repeats || !answer || detail.score === undefined) continue
    const known = byCase.get(id) ?? { answers: [], scores: [] }
    known.answers.push(answer)
    known.scores.push(detail.score)
    byCase.set(id, known)
  }
  return byCase
}

/** The answer to keep; undefined where a secret was masked in it, since it would be judged as another answer. */
function answerOf(detail: CaseDetail): KeptAnswer | undefined {
  const { output, outputMasked, trace, exchanges, checks, latencyMs, answerUsd } = detail
  if (output === undefined || outputMasked) return undefined
  // A case that is scored by there being no answer has none that could be judged again.
  if (checks.some(({ type, score }) => type === 'expect' && score === 1)) return undefined
  return {
    output,
    ...(latencyMs !== undefined && { latencyMs }),
    ...(answerUsd !== undefined && { costUsd: answerUsd }),
    ...(trace && { trace }),
    ...(exchanges && { exchanges }),
  }
}

/** The similarity of the first kept answer and the first new one, by ROUGE-L in [0,1]. */
export function similarityTo({ answers }: Sentinel, fresh: FreshAnswers): { identical: boolean; similarity: number } {
  const [kept, now] = [textOf(answers[0]), textOf(fresh.answers[0])]
  if (kept === now) return { identical: true, similarity: 1 }
  return { identical: false, similarity: rougeL(wordsOf(kept), wordsOf(now)) }
}

/** What was answered, in a conversation in all turns. */
function textOf({ output, exchanges }: KeptAnswer = { output: '' }): string {
  return exchanges?.map((each) => each.output).join('\n\n') ?? output
}
