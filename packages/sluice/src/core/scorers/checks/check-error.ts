import { SluiceError } from '../../../errors.ts'

/**
 * Thrown when a check could not be evaluated: a regular expression out of time, an own function that threw, a cost
 * that nobody knows. The case then has no score; it never counts as a failed check.
 */
export class CheckError extends SluiceError {
  override readonly name = 'CheckError'

  constructor(message: string, options?: ErrorOptions) {
    super('cannot-run', message, options)
  }
}
