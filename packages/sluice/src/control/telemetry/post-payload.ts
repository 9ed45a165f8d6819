import type { Clock } from '@sluice/client'
import { jitteredBackoffMs, laterStatuses } from '../../backoff.ts'
import { retryAfterMs } from '../../core/providers/errors/retry-after.ts'
import type { TelemetrySettings } from './telemetry-settings.ts'

export interface PostOptions extends Pick<TelemetrySettings, 'headers' | 'timeoutMs'> {
  url: string
  fetch: typeof globalThis.fetch
  clock: Clock
  /** Random numbers in [0,1). */
  random: () => number
  /** Ends the attempt, or the wait before the next one. */
  stop: AbortSignal
}

const attempts = 6
const firstDelayMs = 500
const longestDelayMs = 30_000

/**
 * Posts a body. If the collector asks to wait, or cannot be reached, it retries after the requested time, or with
 * exponential backoff and full jitter. Resolves to whether it was accepted; never rejects.
 */
export async function postPayload(body: object, options: PostOptions): Promise<boolean> {
  const { clock, random, stop } = options
  const text = JSON.stringify(body)
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const outcome = await post(text, options)
    if (outcome === 'taken' || outcome === 'refused') return outcome === 'taken'
    if (stop.aborted) return false
    const backoff = jitteredBackoffMs({ firstMs: firstDelayMs, longestMs: longestDelayMs }, attempt, random)
    await pause(Math.min(longestDelayMs, outcome.afterMs ?? backoff), clock, stop)
  }
  return false
}

async function post(
  body: string,
  { url, headers, timeoutMs, fetch, clock, stop }: PostOptions,
): Promise<'taken' | 'refused' | { afterMs: number | undefined }> {
  const limit = new AbortController()
  const timer = clock.setTimer(() => limit.abort(), timeoutMs)
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.any([limit.signal, stop]),
      redirect: 'manual',
    })
    await response.body?.cancel()
    if (response.ok) return 'taken'
    // After these, and no others, OTLP/HTTP allows a retry.
    if (!laterStatuses.has(response.status)) return 'refused'
    return { afterMs: retryAfterMs((name) => response.headers.get(name), '', clock.now()) }
  } catch {
    return { afterMs: undefined }
  } finally {
    clock.clearTimer(timer)
  }
}

function pause(ms: number, clock: Clock, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(resolve, ms)
    stop.addEventListener(
      'abort',
      () => {
        clock.clearTimer(timer)
        resolve()
      },
      { once: true },
    )
  })
}
