import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Completion } from '../providers/provider.ts'
import { storeError } from './database.ts'

/** Which part of a run an answer belongs to. */
export type Stage = 'generation' | 'judge'

/** What an answer is filed under, beside its key. */
export interface AnswerLabels {
  model: string
  stage: Stage
  feature: string
}

/** Every paid answer, by the hash of its exact request. Errors are never stored. */
export interface AnswerStore {
  get(key: string): Completion | undefined
  /** Durable against a killed process when it returns. */
  put(key: string, completion: Completion, labels: AnswerLabels): void
  /** Deletes what was stored before `time` (ms since the epoch); returns how many answers. */
  prune(time: number): number
}

const completionRow = z.object({
  output: z.string(),
  usage: z.object({
    inputTokens: z.number().optional(),
    cachedInputTokens: z.number().optional(),
    cacheWriteTokens: z.number().optional(),
    outputTokens: z.number().optional(),
    reasoningTokens: z.number().optional(),
  }),
  latencyMs: z.number().optional(),
  costUsd: z.number().optional(),
  servedModel: z.string().optional(),
  fingerprint: z.string().optional(),
  finishReason: z.enum(['stop', 'length', 'filter', 'other']),
  warnings: z.array(z.string()),
})

export function createAnswerStore(database: DatabaseSync, now: () => number = Date.now): AnswerStore {
  const select = database.prepare('SELECT completion FROM answers WHERE key = ?')
  const insert = database.prepare(
    'INSERT INTO answers (key, model, stage, feature, created_at, usd, completion) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const remove = database.prepare('DELETE FROM answers WHERE created_at < ?')
  return {
    get(key) {
      const row = select.get(key)
      // A row of a damaged or foreign file is as good as none: the answer is asked for again.
      const parsed = row && completionRow.safeParse(JSON.parse(String(row.completion)))
      return parsed?.success ? (parsed.data as Completion) : undefined
    },
    put(key, completion, { model, stage, feature }) {
      try {
        insert.run(key, model, stage, feature, now(), completion.costUsd ?? null, JSON.stringify(completion))
      } catch (cause) {
        throw storeError(cause)
      }
    },
    prune: (time) => Number(remove.run(time).changes),
  }
}
