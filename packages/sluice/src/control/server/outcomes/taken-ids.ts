import { isDeepStrictEqual } from 'node:util'
import type { LogDraft, LogEntry } from '../../../records/outcome.ts'
import type { OutcomeLog } from '../../store/outcome-log.ts'
import type { Services } from '../services.ts'

/** Fields that depend on who sent a report, from where and when. They are ignored when two reports are compared. */
const circumstances = {
  ...{ seq: 0, tokenId: null, instance: null, address: null, receivedAt: 0, observedAt: 0, position: null },
  ...{ captured: undefined, stray: undefined },
}

/** Finds entries whose id is in the log with other content, each with the token that sent the logged one. */
export async function takenIds(
  log: Pick<OutcomeLog, 'entries'>,
  duplicates: readonly LogDraft[],
): Promise<Map<LogDraft, string | null>> {
  if (duplicates.length === 0) return new Map()
  const stored = new Map((await log.entries(duplicates)).map((entry) => [keyOf(entry), entry]))
  return new Map(
    duplicates.flatMap((draft): [LogDraft, string | null][] => {
      const there = stored.get(keyOf(draft))
      return there === undefined || isSameOutcome(draft, there) ? [] : [[draft, there.tokenId ?? null]]
    }),
  )
}

function keyOf({ feature, id }: LogDraft): string {
  return JSON.stringify([feature, id])
}

function isSameOutcome(draft: LogDraft, entry: LogEntry): boolean {
  return isDeepStrictEqual({ ...draft, ...circumstances }, { ...entry, ...circumstances })
}

/** Counts and logs them by feature, the token that sent them, and the token that was first. */
export function reportTaken(
  { metrics, log }: Pick<Services, 'metrics' | 'log'>,
  taken: Map<LogDraft, string | null>,
): void {
  const labelsOf = ([{ feature, tokenId }, heldBy]: [LogDraft, string | null]) =>
    JSON.stringify({ feature, token: tokenId ?? '', held_by: heldBy ?? '' })
  for (const [text, those] of Map.groupBy(taken, labelsOf)) {
    const labels: Record<string, string> = JSON.parse(text)
    metrics.count('outcome_ids_taken_total', 'Outcomes with an id that another report had used.', labels, those.length)
    log('warn', 'outcomes were rejected: other reports had used their ids', {
      ...labels,
      outcomes: those.length,
      first: those[0]?.[0].id,
    })
  }
}
