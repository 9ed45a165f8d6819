import type { JudgeTask } from '../../../records/judge-task.ts'
import type { JudgeQueue } from '../judge-queue.ts'
import { byUrgency } from '../rows/task-row.ts'
import { outcomeKeyText } from './key-text.ts'

/** The queue of the judge in the memory of the process. */
export interface MemoryJudgeQueue extends JudgeQueue {
  /** All tasks of these features. */
  waiting(features: readonly string[]): JudgeTask[]
}

/** Makes an empty queue of the judge; `onDropped` is called with the tasks that it drops when it is full. */
export function memoryJudgeQueue(onDropped: (tasks: readonly JudgeTask[]) => void): MemoryJudgeQueue {
  const tasks = new Map<string, JudgeTask>()
  const spending = new Map<string, Map<string, number>>()

  function dropBeyond(bound: number, feature: string): number {
    const own = [...tasks.values()].filter((task) => task.feature === feature)
    const excess = own.sort(byUrgency).slice(bound)
    for (const task of excess) tasks.delete(outcomeKeyText(task))
    onDropped(excess)
    return excess.length
  }

  return {
    waiting: (features) => [...tasks.values()].filter(({ feature }) => features.includes(feature)),
    async enqueue(offered, bound) {
      for (const task of offered) if (!tasks.has(outcomeKeyText(task))) tasks.set(outcomeKeyText(task), { ...task })
      const features = new Set(offered.map(({ feature }) => feature))
      return [...features].reduce((dropped, feature) => dropped + dropBeyond(bound, feature), 0)
    },
    async claim(limit, now, leaseMs) {
      const due = [...tasks.values()].filter(({ notBefore }) => notBefore <= now)
      const claimed = due.sort(byUrgency).slice(0, limit)
      for (const task of claimed) task.notBefore = now + leaseMs
      return claimed.map((task) => ({ ...task }))
    },
    async finish(keys) {
      for (const key of keys) tasks.delete(outcomeKeyText(key))
    },
    async retry(key, attempts, notBefore) {
      const task = tasks.get(outcomeKeyText(key))
      if (task) Object.assign(task, { attempts, notBefore })
    },
    queued: async (feature) =>
      [...tasks.values()].filter((task) => feature === undefined || task.feature === feature).length,
    judgeSpending: async (day) => new Map(spending.get(day)),
    async addJudgeSpending(day, feature, usd) {
      const sums = spending.get(day) ?? new Map<string, number>()
      spending.set(day, sums.set(feature, (sums.get(feature) ?? 0) + usd))
    },
  }
}
