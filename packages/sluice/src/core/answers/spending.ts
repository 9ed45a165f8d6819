import { z } from 'zod'
import { utcDay } from '../../text/format.ts'
import type { Completion } from '../providers/provider.ts'
import type { AnswerLabels } from './answer-store.ts'
import type { ProjectDatabase } from './project-database.ts'
import { rowReader } from './rows.ts'

const rowSchema = z.object({
  /** YYYY-MM-DD, UTC. */
  day: z.string(),
  /** `gate`, `eval`, `compare`, `nightly`, …; `unknown` for what was paid before commands were noted. */
  command: z.string(),
  feature: z.string(),
  /** `provider:model`, or `application` for the answers of a target. */
  model: z.string(),
  /** `generation`, `judge` or `embedding`. */
  stage: z.string(),
  /** All calls, priced or not. */
  calls: z.number(),
  /** Calls whose price is unknown: they are missing from `usd`, not free. */
  unpricedCalls: z.number(),
  usd: z.number(),
})

/** What was paid on one day by one command for one feature's answers of one model. */
export type SpendingRow = z.output<typeof rowSchema>

/** What evaluation has cost, kept also when the answers themselves are pruned. */
export interface Spending {
  /** Adds one paid answer, also one that turned out to be of no use. */
  add(completion: Completion, labels: AnswerLabels): void
}

export function createSpending(database: ProjectDatabase, command: string): Spending {
  const add = database.prepare(
    `INSERT INTO spending (day, command, feature, model, stage, calls, unpriced_calls, usd) VALUES (?, ?, ?, ?, ?, 1, ?, ?)
     ON CONFLICT DO UPDATE SET calls = calls + 1, unpriced_calls = unpriced_calls + excluded.unpriced_calls, usd = usd + excluded.usd`,
  )
  return {
    add({ costUsd }, { feature, model, stage }) {
      const row = [utcDay(Date.now()), command, feature, model, stage, costUsd === undefined ? 1 : 0, costUsd ?? 0]
      add.run(...row)
    },
  }
}

/** Everything spent on `since` (YYYY-MM-DD) or later, by day. */
export function readSpending(database: ProjectDatabase, since: string = ''): SpendingRow[] {
  const select = database.prepare(
    `SELECT day, command, feature, model, stage, calls, unpriced_calls AS unpricedCalls, usd
     FROM spending WHERE day >= ? ORDER BY day, feature, command, model, stage`,
  )
  return select.all(since).map(rowReader(database, 'spending', rowSchema))
}
