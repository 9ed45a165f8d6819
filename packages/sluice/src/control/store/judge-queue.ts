import type { JudgeTask } from '../../records/judge-task.ts'
import type { OutcomeKey } from '../../records/outcome.ts'

/** The durable, bounded queue of tasks for the judge. A task survives a crash of the process that works on it. */
export interface JudgeQueue {
  /**
   * Adds new tasks. If a feature has more than `bound` tasks, the least urgent ones are dropped with their contents.
   * Returns how many were dropped.
   */
  enqueue(tasks: readonly JudgeTask[], bound: number): Promise<number>
  /** Claims up to `limit` due tasks for `leaseMs`. After that another process may claim them. */
  claim(limit: number, now: number, leaseMs: number): Promise<JudgeTask[]>
  /** Removes finished tasks. */
  finish(keys: readonly OutcomeKey[]): Promise<void>
  /** Returns a task to the queue for a later attempt. */
  retry(key: OutcomeKey, attempts: number, notBefore: number): Promise<void>
  queued(feature?: string): Promise<number>
  /** The cost of judging on a day (YYYY-MM-DD, UTC) by feature, in USD. */
  judgeSpending(day: string): Promise<Map<string, number>>
  addJudgeSpending(day: string, feature: string, usd: number): Promise<void>
}
