import { SluiceError } from '../../errors.ts'

/** Why a model gave no answer, as far as a caller or a reader of the report has to tell it apart. */
export type ProviderErrorKind =
  | 'auth'
  | 'rate-limit'
  | 'overloaded'
  | 'timeout'
  | 'too-long'
  /** The model or its provider would not answer this, for what it says. */
  | 'refused'
  /** A gateway turned the input away before any model saw it. */
  | 'moderated'
  /** There is no such model, or not any more. */
  | 'no-model'
  | 'bad-request'
  | 'bad-response'
  | 'unreachable'
  | 'server'
  | 'not-recorded'
  | 'budget'
  | 'aborted'

const retryableKinds: ReadonlySet<ProviderErrorKind> = new Set<ProviderErrorKind>([
  'rate-limit',
  'overloaded',
  'timeout',
  'bad-response',
  'unreachable',
  'server',
])

export interface ProviderErrorOptions extends ErrorOptions {
  status?: number | undefined
  retryAfterMs?: number | undefined
  retryable?: boolean
  fatal?: boolean
  unaskable?: boolean
}

/** A model call without an answer. It never stands for a score. */
export class ProviderError extends SluiceError {
  override readonly name = 'ProviderError'
  readonly kind: ProviderErrorKind
  /** HTTP status, where there was one. */
  readonly status: number | undefined
  /** How long the provider asked to be left alone. */
  readonly retryAfterMs: number | undefined
  /** Whether the same call may succeed a little later. Follows from the kind unless set. */
  readonly retryable: boolean
  /** Whether every further call would fail alike (refused key, provider unreachable), so that the run should stop. */
  readonly fatal: boolean
  /** Whether this model cannot be asked at all, whatever is asked, so that nothing that needs it should be paid for. */
  readonly unaskable: boolean

  constructor(kind: ProviderErrorKind, message: string, options: ProviderErrorOptions = {}) {
    super('cannot-run', message, options)
    this.kind = kind
    this.status = options.status
    this.retryAfterMs = options.retryAfterMs
    this.fatal = options.fatal ?? false
    this.unaskable = options.unaskable ?? false
    this.retryable = options.retryable ?? (retryableKinds.has(kind) && !this.fatal && !this.unaskable)
  }
}

/** There are recordings for the case, but of another question: something changed after they were made. */
export class StaleRecordingError extends ProviderError {
  constructor(message: string) {
    super('not-recorded', message)
  }
}
