// The thread in which forecasts are computed, and traffic is counted.
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { measuredTraffic } from '../../plan/measured-traffic.ts'
import { openSqliteLog } from '../../store/sqlite/outcomes.ts'
import { computeForecast, type ForecastTask, type TrafficTask } from './forecaster.ts'

/** Either what was found, or why it failed. */
export type ForecastReply = { value: unknown } | { threw: string }

const pause = () => Promise.resolve()
const stopwatch = () => {
  const began = performance.now()
  return () => performance.now() - began
}

// On Linux it is that of this thread alone: whoever waits for an answer of the server has precedence.
if (process.platform === 'linux') setPriority(10)

async function countTraffic({ file, feature, now }: TrafficTask): Promise<unknown> {
  const log = openSqliteLog(file)
  try {
    return await measuredTraffic(log, feature, now)
  } finally {
    await log.close()
  }
}

parentPort?.on('message', async (task: ForecastTask | TrafficTask) => {
  parentPort?.postMessage(
    await (task.kind === 'traffic' ? countTraffic(task) : computeForecast(task, { pause, stopwatch })).then(
      (value): ForecastReply => ({ value }),
      (error): ForecastReply => ({ threw: String(error) }),
    ),
  )
})
