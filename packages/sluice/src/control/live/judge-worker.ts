import type { Clock } from '@sluice/client'
import type { JudgeTask } from '../../records/judge-task.ts'
import { startLeaderLoop } from '../loops/leader-loop.ts'
import type { LoopFaults } from '../loops/loop-faults.ts'
import type { WorkLoop } from '../loops/work-loop.ts'
import {
  healthyJudge,
  isOutage,
  type JudgeHealth,
  judgeHealthName,
  readJudgeHealth,
} from '../rollout/assessment/judge-health.ts'
import type { Store } from '../store/store.ts'
import { announceBudget } from './budget-notice.ts'
import { type JudgedTask, type JudgeTaskEnd, type JudgingContext, judgeTask } from './judge-task.ts'

export interface JudgeWorkerOptions extends Omit<JudgingContext, 'now'> {
  store: Store
  clock: Clock
  /** How many requests are judged at a time. */
  concurrency: number
  count: (feature: string, end: JudgeTaskEnd) => void
  faults: LoopFaults
}

const everyMs = 1000
/** In ms; longer than the longest call with its retries. */
const leaseMs = 600_000
const outagePauseMs = 60_000

/**
 * Judges the requests that content capture has queued, the most urgent first. While the judge of a feature fails, only
 * one of its requests is tried at a time, so that other features do not wait. The failures are part of the judge's
 * health.
 */
export function startJudgeWorker(options: JudgeWorkerOptions): WorkLoop {
  const { store, clock, concurrency, count, faults } = options
  const context: JudgingContext = { ...options, now: () => clock.now() }
  const judgeFeature = async (feature: string, claimed: readonly JudgeTask[]) => {
    const health = await readJudgeHealth(store, feature)
    const tried = isOutage(health) ? claimed.slice(0, 1) : claimed
    for (const task of claimed.slice(tried.length)) await store.retry(task, task.attempts, clock.now() + outagePauseMs)
    const judged = await Promise.all(tried.map((task) => judgeTask(task, context)))
    for (const { end } of judged) count(feature, end)
    await noteHealth(store, feature, { before: health, after: healthAfter(health, judged, clock.now()) })
    if (judged.some(({ end }) => end === 'over-budget')) await announceBudget(store, feature, clock.now())
  }
  return startLeaderLoop({
    store,
    name: 'judge',
    clock,
    everyMs,
    ...faults,
    async work() {
      if (faults.failing().length > 0) faults.keepOnly(await judgedFeatures(store))
      const tasks = await store.claim(concurrency, clock.now(), leaseMs)
      const byFeature = Map.groupBy(tasks, ({ feature }) => feature)
      // Other claimed tasks of a failing feature are available again when their lease ends.
      await Promise.all(
        [...byFeature].map(([feature, claimed]) => faults.attempt(feature, () => judgeFeature(feature, claimed))),
      )
      return tasks.length === concurrency
    },
  })
}

/** Features of which contents are captured, to be judged. */
async function judgedFeatures(store: Pick<Store, 'features'>): Promise<string[]> {
  return (await store.features()).flatMap(({ feature, capture }) => (capture === null ? [] : feature))
}

/** Stores the health of a judge if it has changed. */
async function noteHealth(
  store: Store,
  feature: string,
  { before, after }: { before: JudgeHealth; after: JudgeHealth },
): Promise<void> {
  if (after.failures === before.failures) return
  const name = judgeHealthName(feature)
  const stored = (await store.checkpoint(name))?.cursor ?? -1
  await store.saveCheckpoint(name, stored, { cursor: stored + 1, state: after })
}

/** One answer shows that the judge works; failures add up. Results that say nothing about the judge change nothing. */
function healthAfter(before: JudgeHealth, results: readonly JudgedTask[], now: number): JudgeHealth {
  if (results.some(({ end }) => end === 'scored' || end === 'abstained')) return healthyJudge
  const failures = results.filter(({ end }) => end === 'failed' || end === 'given-up')
  if (failures.length === 0) return before
  return {
    failingSince: before.failingSince ?? now,
    failures: before.failures + failures.length,
    code: failures.at(-1)?.code ?? null,
  }
}
