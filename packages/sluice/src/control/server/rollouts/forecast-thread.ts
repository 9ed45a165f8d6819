import { Worker } from 'node:worker_threads'
import type { Clock } from '@sluice/client'
import { type BackoffSettings, backoffMs } from '../../../backoff.ts'
import { workerFile } from '../../../core/providers/processes/worker-file.ts'
import { errorMessage, SluiceError } from '../../../errors.ts'
import type { MeasuredTraffic } from '../../../records/rollout/measured-traffic.ts'
import type { Log } from '../log.ts'
import { stopwatch } from '../timers.ts'
import type { ForecastReply } from './forecast-worker.ts'
import {
  type Forecaster,
  type ForecasterFault,
  type ForecastTask,
  forecastsBy,
  oneByOne,
  type TrafficTask,
} from './forecaster.ts'

export interface ForecastThreadOptions {
  clock: Clock
  log: Log
  /** Starts a thread. */
  begin?: (name: ThreadName) => Worker
  /** A thread that takes longer for one task is ended, in ms. */
  limitMs?: number
}

type ThreadName = 'forecasts' | 'traffic'

const restsMs: BackoffSettings = { firstMs: 1000, longestMs: 60_000 }
/** Forecasts end by themselves much sooner. A slow database is left to finish, since the next count begins anew. */
const longestMs: Record<ThreadName, number> = { forecasts: 30_000, traffic: 120_000 }
const resourceLimits = { maxOldGenerationSizeMb: 128 }

/** What a connection to PostgreSQL takes from the environment. */
const ofPostgres = /^(?:PG[A-Z]+|HOME|USER|USERNAME|APPDATA)$/

/** It gets none of the secrets of the environment, but the one that counts those of the database. */
function beginThread(name: ThreadName): Worker {
  const needed = Object.entries(process.env).filter(([variable]) => name === 'traffic' && ofPostgres.test(variable))
  const env = Object.fromEntries(needed)
  return new Worker(workerFile(import.meta.dirname, 'forecast-worker'), { name, env, resourceLimits })
}

/**
 * Forecasts in a thread of their own, one at a time, and the traffic that they rest on in another one: neither waits
 * for the other, and a database that fails takes no forecast down.
 */
export function startForecastThread(options: ForecastThreadOptions): Forecaster {
  const forecasts = taskThread<ForecastTask>('forecasts', options)
  const counts = taskThread<TrafficTask>('traffic', options)
  return {
    ...forecastsBy(forecasts.compute),
    traffic: async (task) => (await counts.compute({ kind: 'traffic', ...task })) as MeasuredTraffic | null,
    fault: forecasts.fault,
    async close() {
      await Promise.all([forecasts.close(), counts.close()])
    },
  }
}

/**
 * A thread that computes one task at a time. It is started with the first one. If it ends, that task fails, and it is
 * started again after a wait that grows.
 */
function taskThread<Task extends ForecastTask | TrafficTask>(
  name: ThreadName,
  { clock, log, begin = beginThread, limitMs = longestMs[name] }: ForecastThreadOptions,
): { compute(task: Task): Promise<unknown>; fault(): ForecasterFault | null; close(): Promise<void> } {
  let thread: Thread | undefined
  let closed = false
  let failed: { fault: ForecasterFault; restMs: number; elapsed: () => number } | null = null

  function fail(reason: string): SluiceError {
    const failures = (failed?.fault.failures ?? 0) + 1
    const restMs = backoffMs(restsMs, failures - 1)
    const since = failed?.fault.since ?? clock.now()
    failed = { fault: { reason, since, failures, againAt: clock.now() + restMs }, restMs, elapsed: stopwatch(clock) }
    log('warn', `${threads[name]} failed`, { reason, failures, againInMs: restMs })
    return new SluiceError('cannot-run', `${threads[name]} ${reason}`)
  }

  async function compute(task: Task): Promise<unknown> {
    if (closed) throw new SluiceError('cannot-run', 'the server is shutting down')
    if (failed && failed.elapsed() < failed.restMs) throw new SluiceError('cannot-run', `${threads[name]} rests`)
    if (!thread || thread.hasEnded()) thread = startThread(() => begin(name))
    const own = thread
    const timer = clock.setTimer(() => own.end(`took longer than ${limitMs / 1000} s`), limitMs)
    const reply = await own.ask(task).finally(() => clock.clearTimer(timer))
    if ('ended' in reply) throw fail(reply.ended)
    failed = null
    if ('value' in reply) return reply.value
    // A forecast reads nothing, so that its failure is a fault of Sluice; a count fails with the database.
    if (task.kind === 'traffic')
      log('warn', 'the traffic of a feature could not be counted', { feature: task.feature, error: reply.threw })
    else log('error', 'a forecast failed', { error: reply.threw })
    throw new SluiceError('cannot-run', reply.threw)
  }

  return {
    compute: oneByOne(compute),
    fault: () => failed?.fault ?? null,
    async close() {
      closed = true
      await thread?.end('was closed')
    },
  }
}

const threads: Record<ThreadName, string> = {
  forecasts: 'the thread that computes forecasts',
  traffic: 'the thread that counts traffic',
}

type Reply = ForecastReply | { ended: string }

interface Thread {
  /** One task at a time. Answered even if the thread ends. */
  ask(task: ForecastTask | TrafficTask): Promise<Reply>
  end(reason: string): Promise<unknown>
  hasEnded(): boolean
}

function startThread(begin: () => Worker): Thread {
  let ended: string | null = null
  let settle: ((reply: Reply) => void) | undefined
  const end = (reason: string) => {
    ended ??= reason
    settle?.({ ended })
  }
  const worker = begun(begin, end)
  worker?.on('message', (reply: ForecastReply) => settle?.(reply))
  worker?.on('error', ({ message }) => end(`has ended (${message})`))
  worker?.on('exit', (code) => end(`has ended (exit code ${code})`))
  return {
    ask: (task) =>
      new Promise((resolve) => {
        if (ended !== null) return resolve({ ended })
        // The thread keeps the process alive only during a task.
        worker?.ref()
        settle = (reply) => {
          settle = undefined
          worker?.unref()
          resolve(reply)
        }
        worker?.postMessage(task)
      }),
    async end(reason) {
      end(reason)
      await worker?.terminate()
    },
    hasEnded: () => ended !== null,
  }
}

/** Undefined where it cannot be started. */
function begun(begin: () => Worker, end: (reason: string) => void): Worker | undefined {
  try {
    return begin()
  } catch (error) {
    end(`cannot be started (${errorMessage(error)})`)
    return undefined
  }
}
