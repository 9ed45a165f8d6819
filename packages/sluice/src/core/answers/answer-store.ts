import { z } from 'zod'
import type { Mask } from '../../masking/mask.ts'
import { writeTogether } from '../../sqlite/open-database.ts'
import { type Completion, completionSchema } from '../providers/provider.ts'
import type { ProjectDatabase } from './project-database.ts'
import { jsonColumn } from './rows.ts'

/** Which part of a run an answer belongs to. */
export type Stage = 'generation' | 'judge' | 'embedding'

/** The labels of a stored answer, beside its key. */
export interface AnswerLabels {
  model: string
  stage: Stage
  feature: string
}

/** Every paid answer, by the hash of its exact request. Errors are never stored. */
export interface AnswerStore {
  get(key: string): Completion | undefined
  /** Stores an answer. When it returns, the answer survives a killed process. */
  put(key: string, completion: Completion, labels: AnswerLabels): void
  /** Moves an answer to another key; false where there is none. */
  move(from: string, to: string): boolean
  /** Deletes the answers under these keys. */
  remove(keys: readonly string[]): void
  /** Does several writes in one transaction: faster, and all or none. */
  together(work: () => void): void
  /** Deletes what was stored before `time` (ms since the epoch); returns how many answers. */
  prune(time: number): number
}

const answerRow = z.object({ completion: jsonColumn(completionSchema), created_at: z.number() })

/**
 * Opens the store. Answers in which `mask` finds a secret are used but not kept: masked, they would be scored as other
 * answers.
 */
export function createAnswerStore(
  database: ProjectDatabase,
  { now = Date.now, mask }: { now?: () => number; mask?: Mask } = {},
): AnswerStore {
  const select = database.prepare('SELECT completion, created_at FROM answers WHERE key = ?')
  const insert = database.prepare(
    'INSERT OR REPLACE INTO answers (key, model, stage, feature, created_at, usd, completion) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const refile = database.prepare('UPDATE OR REPLACE answers SET key = ? WHERE key = ?')
  const removeOne = database.prepare('DELETE FROM answers WHERE key = ?')
  const removeOld = database.prepare('DELETE FROM answers WHERE created_at < ?')
  return {
    get(key) {
      const row = select.get(key)
      // A damaged row counts as absent: the answer is asked for again, and replaces it.
      const stored = row && answerRow.safeParse(row).data
      return stored && { ...stored.completion, storedAt: stored.created_at }
    },
    put(key, completion, { model, stage, feature }) {
      if (
        mask?.holds(
          [completion.output, ...completion.warnings, JSON.stringify([completion.trace, completion.step])].join('\n'),
        )
      )
        return
      const row = [key, model, stage, feature, now(), completion.costUsd ?? null, JSON.stringify(completion)]
      insert.run(...row)
    },
    move: (from, to) => Number(refile.run(to, from).changes) > 0,
    remove(keys) {
      writeTogether(database, () => {
        for (const key of keys) removeOne.run(key)
      })
    },
    together: (work) => writeTogether(database, work),
    prune: (time) => Number(removeOld.run(time).changes),
  }
}
