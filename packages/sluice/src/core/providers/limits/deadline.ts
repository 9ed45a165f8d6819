import { ProviderError } from '../provider-error.ts'

/** For one attempt. */
export const defaultTimeoutMs = 60_000

export interface Deadline {
  /** Names the server or program in the message. */
  source: string
  timeoutMs: number
  signal: AbortSignal
}

/**
 * Runs `work` until it is done, the time is up or the caller's signal fires. The signal given to `work` fires in both
 * latter cases; the result does not wait for work that ignores it.
 * @throws ProviderError `timeout` or `aborted`
 */
export function withDeadline<T>(
  { source, timeoutMs, signal }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const end = (error: ProviderError) => {
      finish()
      reject(error)
      controller.abort(error)
    }
    const stop = () => end(stopped(source))
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
    const late = () =>
      end(new ProviderError('timeout', `${source}: no answer within ${timeoutMs} ms; timeoutMs sets the limit`))
    const timer = setTimeout(late, timeoutMs)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    work(controller.signal).then(resolve, reject).finally(finish)
  })
}

/** The error of a call that the run itself broke off. */
export function stopped(source: string): ProviderError {
  return new ProviderError('aborted', `${source}: stopped before it answered`)
}
