import { ProviderError } from '../provider-error.ts'

/** Time limit of one attempt. */
export const defaultTimeoutMs = 60_000

export interface Deadline {
  /** The server or program, for messages. */
  source: string
  timeoutMs: number
  signal: AbortSignal
}

/**
 * Runs `work` until it is done, the time is over or the caller's signal fires. In the last two cases the signal given
 * to `work` fires, and the promise rejects at once, even if `work` ignores the signal.
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

/** The error of a call that the run itself stopped. */
export function stopped(source: string): ProviderError {
  return new ProviderError('aborted', `${source}: stopped before it answered`)
}
