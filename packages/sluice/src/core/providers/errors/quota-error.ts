import { ProviderError } from '../provider-error.ts'

interface Reset {
  /** Time until the quota is available again. */
  waitMs: number
  /** How long Sluice waits at most. */
  maxWaitMs: number
  /** ms since the epoch. */
  now: number
}

/**
 * The error if a quota, e.g. of a day, is available only after the longest wait. It ends the run and says when to go
 * on.
 */
export function resetTooLate(error: ProviderError, { waitMs, maxWaitMs, now }: Reset): ProviderError {
  const until = `${new Date(now + waitMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const text =
    `${error.message}. It asks to wait ${spanText(waitMs)}, until ${until}, longer than the ${spanText(maxWaitMs)} ` +
    'that Sluice waits (--max-wait). Run again then: paid answers are kept'
  const { kind, status } = error
  return new ProviderError(kind, text, { cause: error, status, retryAfterMs: waitMs, fatal: true })
}

/** The error if a provider asked a call to wait too often. `isStuck`: no other call succeeded either. */
export function waitedInVain(error: ProviderError, waitedMs: number, isStuck: boolean): ProviderError {
  const text = `${error.message}. It asked to wait again and again, for ${spanText(waitedMs)} in total; --max-wait sets how long Sluice waits`
  const { kind, status } = error
  return new ProviderError(kind, text, { cause: error, status, retryable: false, fatal: isStuck })
}

/** A duration in its two largest units: `45 s`, `7 min 12 s`, `1 h 20 min`. */
export function spanText(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  const units = [
    { name: 'h', count: Math.floor(seconds / 3600) },
    { name: 'min', count: Math.floor(seconds / 60) % 60 },
    { name: 's', count: seconds % 60 },
  ]
  const first = units.findIndex(({ count }) => count > 0)
  const shown = first === -1 ? units.slice(2) : units.slice(first, first + 2).filter(({ count }) => count > 0)
  return shown.map(({ name, count }) => `${count} ${name}`).join(' ')
}
