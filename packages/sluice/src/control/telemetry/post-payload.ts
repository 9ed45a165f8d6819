import type { Clock } from '@sluice/client'
import { type BackoffSettings, jitteredBackoffMs } from '../../backoff.ts'
import { retryAfterMs } from '../../core/providers/errors/retry-after.ts'
import { mayPass, retry } from '../../retry.ts'
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

const retries = 5
const backoff: BackoffSettings = { firstMs: 500, longestMs: 30_000 }

/**
 * Posts a body. If the collector asks to wait, or cannot be reached, it retries after the requested time, or with
 * exponential backoff and full jitter. Resolves to whether it was accepted; never rejects.
 */
export async function postPayload(body: object, options: PostOptions): Promise<boolean> {
  const { clock, random, stop } = options
  const text = JSON.stringify(body)
  const outcome = await retry({
    attempt: () => post(text, options),
    waitMs(failed, done) {
      if (failed === 'taken' || failed === 'refused' || done === retries) return undefined
      return Math.min(backoff.longestMs, failed.afterMs ?? jitteredBackoffMs(backoff, done, random))
    },
    sleep: (ms) => pause(ms, clock, stop),
    isOver: () => stop.aborted,
  })
  return outcome === 'taken'
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
    if (!mayPass(response.status)) return 'refused'
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
