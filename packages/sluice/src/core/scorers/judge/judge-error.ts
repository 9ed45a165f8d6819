import { SluiceError } from '../../../errors.ts'

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
