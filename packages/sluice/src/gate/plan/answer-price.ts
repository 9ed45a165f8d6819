import { z } from 'zod'
import type { ProjectDatabase } from '../../core/answers/project-database.ts'
import { jsonColumn, rowReader } from '../../core/answers/rows.ts'
import { completionSchema } from '../../core/providers/provider.ts'
import type { KeptRun } from './kept-run.ts'

/** What one more answer takes, with its judgement. Null: not measured. */
export interface AnswerPrice {
  usd: number | null
  ms: number | null
  /** The answer alone, and its judgement alone. */
  generationUsd: number | null
  judgeUsd: number | null
}

export const unknownPrice: AnswerPrice = { usd: null, ms: null, generationUsd: null, judgeUsd: null }

const latencyRow = z.object({ completion: jsonColumn(completionSchema.pick({ latencyMs: true })) })

/** What answers of a run cost and took, whenever they were paid for. */
export function answerPrice({ feature, rows }: KeptRun, database: ProjectDatabase): AnswerPrice {
  const details = rows.map(({ detail }) => detail)
  const generationUsd = averageOf(details.flatMap(({ answerUsd }) => answerUsd ?? []))
  const judged = details.filter(({ judge }) => judge.length > 0)
  const judgeUsd = averageOf(
    judged.flatMap(({ costUsd, answerUsd }) =>
      costUsd === undefined || answerUsd === undefined ? [] : [costUsd - answerUsd],
    ),
  )
  const answerMs = averageOf(details.flatMap(({ latencyMs }) => latencyMs ?? []))
  const judgeMs = judged.length === 0 ? 0 : judgeLatency(database, feature)
  return {
    usd: feature.cost.usdPerAnswer ?? averageOf(details.flatMap(({ costUsd }) => costUsd ?? [])),
    ms: answerMs === null || judgeMs === null ? null : answerMs + judgeMs,
    generationUsd,
    judgeUsd: judged.length === 0 ? 0 : judgeUsd,
  }
}

/** The latency of the judge's stored answers to this feature; null where none has one. */
function judgeLatency(database: ProjectDatabase, { feature, judge }: KeptRun['feature']): number | null {
  const select = database.prepare("SELECT completion FROM answers WHERE stage = 'judge' AND feature = ? AND model = ?")
  const read = rowReader(database, 'answers', latencyRow)
  const latencies: number[] = []
  for (const row of select.iterate(feature, judge?.model ?? '')) {
    const { latencyMs } = read(row).completion
    if (latencyMs !== undefined) latencies.push(latencyMs)
  }
  return averageOf(latencies)
}

function averageOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
