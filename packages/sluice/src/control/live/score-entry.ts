import type { JudgeTask } from '../../records/judge-task.ts'
import { type LogEntry, type ScoreEntry, scoreSuffix } from '../../records/outcome.ts'

/** The judge's score as it is logged: of the same user, arm and stage as the request, from the same place, under an id that follows from it. */
export function scoreEntry(
  request: LogEntry,
  { sampled, sampledOther }: JudgeTask,
  {
    score,
    judgeId,
    costUsd,
    inputChars,
  }: { score: number; judgeId: string; costUsd: number | null; inputChars: number },
  receivedAt: number,
): ScoreEntry {
  const { id, feature, version, rolloutId, arm, stage, unit, position, observedAt } = request
  const { tokenId = null, instance = null, address = null } = request
  const subject = { feature, version, rolloutId, arm, stage, unit, position, observedAt, tokenId, instance, address }
  const judged = { score, judgeId, sampled, sampledOther, judgeUsd: costUsd, inputChars }
  return { kind: 'score', id: `${id}${scoreSuffix}`, of: id, ...subject, receivedAt, ...judged }
}
