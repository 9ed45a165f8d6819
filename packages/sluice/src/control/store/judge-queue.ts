import type { JudgeTask } from '../../records/judge-task.ts'
import type { OutcomeKey } from '../../records/outcome.ts'

/** Durable and bounded; a task survives a crash of whoever works on it. */
export interface JudgeQueue {
  /** Adds what is not there yet; beyond `bound` tasks of a feature the least urgent are dropped, with their contents. Returns how many were dropped. */
  enqueue(tasks: readonly JudgeTask[], bound: number): Promise<number>
  /** Takes up to `limit` tasks that are due, for `leaseMs`: after that another may take them. */
  claim(limit: number, now: number, leaseMs: number): Promise<JudgeTask[]>
  /** Done for good. */
  finish(keys: readonly OutcomeKey[]): Promise<void>
  /** Gives a task back for a later attempt. */
  retry(key: OutcomeKey, attempts: number, notBefore: number): Promise<void>
  queued(feature?: string): Promise<number>
  /** What judging has cost by feature on a day (YYYY-MM-DD, UTC), in USD. */
  judgeSpending(day: string): Promise<Map<string, number>>
  addJudgeSpending(day: string, feature: string, usd: number): Promise<void>
}
