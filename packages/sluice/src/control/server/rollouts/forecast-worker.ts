// The thread in which forecasts are computed.
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { computeForecast, type ForecastTask } from './forecaster.ts'

/** Either what was found, or why it failed. */
export type ForecastReply = { value: unknown } | { threw: string }

const pause = () => Promise.resolve()
const stopwatch = () => {
  const began = performance.now()
  return () => performance.now() - began
}

// On Linux it is that of this thread alone: whoever waits for an answer of the server has precedence.
if (process.platform === 'linux') setPriority(10)

parentPort?.on('message', async (task: ForecastTask) => {
  parentPort?.postMessage(
    await computeForecast(task, { pause, stopwatch }).then(
      (value): ForecastReply => ({ value }),
      (error): ForecastReply => ({ threw: String(error) }),
    ),
  )
})
