import { SluiceError } from '../errors.ts'
import type { Redact } from '../live/redact.ts'
import type { Failure } from './failure.ts'

/**
 * Failures without what no file may hold.
 * @throws SluiceError `invalid-input` where one cannot be redacted, since then none must be written.
 */
export async function redactFailures(failures: readonly Failure[], redact: Redact): Promise<Failure[]> {
  try {
    return await Promise.all(failures.map((failure) => redactFailure(failure, redact)))
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new SluiceError('invalid-input', `nothing was written, because it cannot be redacted: ${said}`, { cause })
  }
}

async function redactFailure(failure: Failure, redact: Redact): Promise<Failure> {
  const { input, output } = await redact({ input: failure.vars, output: failure.output ?? '' })
  return { ...failure, vars: input, output: failure.output === null ? null : output }
}
