import { type JudgeTask, judgeTaskSchema } from '../../../records/judge-task.ts'
import { checked, parsed } from './stored-json.ts'

/** A task as a row: the fields that order the queue have columns, the rest is one JSON text. */
export interface TaskRow {
  id: string
  feature: string
  priority: number
  attempts: number
  not_before: number
  enqueued_at: number
  rest: string
}

export function taskRow({ id, feature, priority, attempts, notBefore, enqueuedAt, ...rest }: JudgeTask): TaskRow {
  return {
    id,
    feature,
    priority,
    attempts,
    not_before: notBefore,
    enqueued_at: enqueuedAt,
    rest: JSON.stringify(rest),
  }
}

/** @throws StoreError `damaged` */
export function taskOf(row: Record<string, unknown>): JudgeTask {
  const what = `judge task ${row.id}`
  const task = {
    ...(parsed(row.rest, what) as object),
    id: row.id,
    feature: row.feature,
    priority: row.priority,
    attempts: row.attempts,
    notBefore: row.not_before,
    enqueuedAt: row.enqueued_at,
  }
  return checked(judgeTaskSchema, task, what)
}

/** The order in which tasks are claimed, the most urgent first. The SQL of the stores uses the same order. */
export function byUrgency(a: JudgeTask, b: JudgeTask): number {
  return b.priority - a.priority || a.enqueuedAt - b.enqueuedAt || (a.id < b.id ? -1 : 1)
}
