import { SluiceError } from '../../errors.ts'
import type { AnswerTrace } from '../../records/answer-trace.ts'

/** Why a model gave no answer, in the kinds that callers and readers of the report must distinguish. */
export type ProviderErrorKind =
  | 'auth'
  | 'rate-limit'
  | 'overloaded'
  | 'timeout'
  | 'too-long'
  /** The model or its provider refused this content. */
  | 'refused'
  /** A gateway refused the input before it reached a model. */
  | 'moderated'
  /** The model does not exist, or no longer. */
  | 'no-model'
  | 'bad-request'
  | 'bad-response'
  | 'unreachable'
  | 'server'
  | 'not-recorded'
  | 'budget'
  /** A tool was called with arguments that no mock answers. */
  | 'mock-missing'
  /** The simulated user of a conversation did not do its part. */
  | 'simulator'
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
  /** HTTP status; undefined if there was none. */
  readonly status: number | undefined
  /** How long the provider asked to wait, in ms. */
  readonly retryAfterMs: number | undefined
  /** Whether the same call may succeed a little later. By default it follows from the kind. */
  readonly retryable: boolean
  /** Whether every further call would fail too (refused key, provider unreachable), so that the run should stop. */
  readonly fatal: boolean
  /** Whether this model can answer no request at all, so that nothing that needs it should be paid for. */
  readonly unaskable: boolean
  /** What was done before the call, where that is known. */
  trace: AnswerTrace | undefined

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
