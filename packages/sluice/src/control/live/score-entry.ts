import type { JudgeTask } from '../../records/judge-task.ts'
import { type LogEntry, type ScoreEntry, scoreSuffix } from '../../records/outcome.ts'

/**
 * The log entry of a judge's score. User, arm, stage and source are those of the request; the id is made from its id.
 */
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
