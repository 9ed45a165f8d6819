import { exitCodes } from './exit-codes.ts'

/** What went wrong, as far as a caller has to tell it apart. */
export type ErrorCode = 'refused' | 'invalid-input' | 'cannot-run' | 'interrupted'

const exitCodeOf: Record<ErrorCode, number> = {
  refused: exitCodes.fail,
  'invalid-input': exitCodes['invalid input'],
  'cannot-run': exitCodes['could not run'],
  interrupted: exitCodes.interrupted,
}

/** What is known of anything that was thrown, in words. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * The base of every error that Sluice raises on purpose. The message names the place, the fault and the way out,
 * because it is printed as it is, without a stack.
 */
export class SluiceError extends Error {
  override readonly name: string = 'SluiceError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  get exitCode(): number {
    return exitCodeOf[this.code]
  }
}

/** The error for what a user gave: a flag, a file, a value. */
export function invalidInput(message: string): SluiceError {
  return new SluiceError('invalid-input', message)
}

/** @throws SluiceError `cannot-run` where a store has had more migrations than this version knows */
export function requireKnownSchema(version: number, known: number): void {
  if (version > known)
    throw new SluiceError('cannot-run', `it was written by a newer sluice (schema ${version}): upgrade sluice`)
}
