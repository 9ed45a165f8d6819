// The thread in which forecasts are computed, and traffic is counted.
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { measuredTraffic } from '../../plan/measured-traffic.ts'
import type { LogPlace, OpenLog } from '../../store/outcome-log.ts'
import { openSqliteLog } from '../../store/sqlite/outcomes.ts'
import { computeForecast, effortMs, type ForecastTask, type TrafficTask } from './forecaster.ts'

/** Either what was found, or why it failed. */
export type ForecastReply = { value: unknown } | { threw: string }

const pause = () => Promise.resolve()
const stopwatch = () => {
  const [began, before] = [performance.now(), processorMs()]
  return () => {
    const now = processorMs()
    const usedMs = before === null || now === null ? null : now - before
    return effortMs({ passedMs: performance.now() - began, usedMs })
  }
}

/** The processor time of this thread; null where Node cannot tell (before 23.9). */
function processorMs(): number | null {
  const usage = process.threadCpuUsage?.()
  return usage ? (usage.user + usage.system) / 1000 : null
}

// On Linux it is that of this thread alone: whoever waits for an answer of the server has precedence.
if (process.platform === 'linux') setPriority(10)

/** Kept for later counts: to connect takes longer than most of them. A pool closes what is idle by itself. */
let postgres: OpenLog | undefined

async function openLog(place: LogPlace): Promise<OpenLog> {
  if ('file' in place) return openSqliteLog(place.file)
  const { openPostgresLog } = await import('../../store/postgres/outcomes.ts')
  postgres ??= await openPostgresLog(place.databaseUrl)
  return postgres
}

async function countTraffic({ place, feature, now }: TrafficTask): Promise<unknown> {
  const log = await openLog(place)
  try {
    return await measuredTraffic(log, feature, now)
  } finally {
    if (log !== postgres) await log.close()
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
