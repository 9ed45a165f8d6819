import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { eValueEngine } from '../rollout/decision-engine.ts'
import type { CanaryRun } from './canary-run.ts'
import { type RecordedOutcome, recordedRequests } from './recorded-visits.ts'
import type { Scenario } from './scenario.ts'
import { simulateCanary } from './simulate-canary.ts'

interface Work {
  /** Identifies threads that are started here: another program may use this module and have threads of its own. */
  kind: 'sluice-simulate'
  scenario: Scenario
  recorded: RecordedOutcome[] | undefined
}

export interface ThreadOptions {
  threads: number
  signal: AbortSignal
  /** Called after every run. */
  onProgress: (done: number) => void
}

/** All runs of a scenario, in order. They do not depend on the number of threads. @throws the signal's reason */
export async function simulateInThreads(
  { scenario, recorded }: Omit<Work, 'kind'>,
  { threads, signal, onProgress }: ThreadOptions,
): Promise<CanaryRun[]> {
  const runs: CanaryRun[] = []
  let next = 0
  let done = 0
  const work: Work = { kind: 'sluice-simulate', scenario, recorded }
  const workUntilDone = async () => {
    const thread = new Worker(new URL(import.meta.url), { workerData: work })
    try {
      while (next < scenario.runs) {
        const run = next
        next += 1
        thread.postMessage(run)
        const [result] = await once(thread, 'message', { signal })
        runs[run] = result
        done += 1
        onProgress(done)
      }
    } finally {
      await thread.terminate()
    }
  }
  signal.throwIfAborted()
  await Promise.all(Array.from({ length: Math.min(threads, scenario.runs) }, workUntilDone))
  return runs
}

function serve(work: Work): void {
  const recorded = work.recorded && recordedRequests(work.recorded)
  parentPort?.on('message', async (run: number) => {
    const result = await simulateCanary({ scenario: work.scenario, recorded, engine: eValueEngine }, run)
    parentPort?.postMessage(result)
  })
}

if (!isMainThread && workerData?.kind === 'sluice-simulate') serve(workerData)
