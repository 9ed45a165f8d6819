import { SluiceError } from '../../../errors.ts'
import { ProviderError } from '../../providers/provider-error.ts'

/**
 * Thrown when the judge's answer is not what was asked for: not the schema, not the ids, cut off, or too long to ask.
 * The case then has no score; there is no default.
 */
export class JudgeError extends SluiceError {
  override readonly name = 'JudgeError'

  constructor(message: string, options?: ErrorOptions) {
    super('cannot-run', message, options)
  }
}

/** Thrown before anything is asked where a question has nothing to compare an output with. */
export class NoSourceError extends JudgeError {}

/**
 * Whether a failure to judge concerns one answer, so that another judge may still judge it. A spent budget, a refused
 * key or a model that does not exist concerns the run.
 */
export function isOfOneAnswer(error: unknown): boolean {
  if (error instanceof JudgeError) return true
  if (!(error instanceof ProviderError)) return false
  return !error.fatal && !error.unaskable && error.kind !== 'budget' && error.kind !== 'aborted'
}
