import type { JudgeTask } from '../store/judge-queue.ts'
import type { LogEntry, ScoreEntry } from '../store/outcome-log.ts'

/** The judge's score as it is logged: of the same user, arm and stage as the request, under an id that follows from it. */
export function scoreEntry(
  request: LogEntry,
  { sampled, sampledOther }: JudgeTask,
  judged: { score: number; judgeId: string; costUsd: number | null },
  receivedAt: number,
): ScoreEntry {
  const {
    id,
    feature,
    version,
    rolloutId,
    arm,
    stage,
    unit,
    position,
    observedAt,
    tokenId = null,
    instance = null,
    address = null,
  } = request
  return {
    kind: 'score',
    id: scoreId(id),
    of: id,
    feature,
    version,
    rolloutId,
    arm,
    stage,
    unit,
    position,
    observedAt,
    receivedAt,
    tokenId,
    instance,
    address,
    score: judged.score,
    judgeId: judged.judgeId,
    sampled,
    sampledOther,
    judgeUsd: judged.costUsd,
  }
}

function scoreId(outcomeId: string): string {
  return `${outcomeId}:score`
}
