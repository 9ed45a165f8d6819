import { SluiceError } from '../../errors.ts'
import { ReleaseConflict } from '../../release/release-conflict.ts'
import { Problem } from './problem.ts'

const retryAfterSeconds = '1'

/** Whatever a handler threw, as the problem that the caller is told. What is not meant for callers says nothing. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof ReleaseConflict) return ofConflict(error)
  if (error instanceof SluiceError && error.code === 'cannot-run')
    return new Problem(
      { status: 503, code: 'store-unavailable', detail: 'The store cannot be used at present: try again.' },
      { cause: error, headers: { 'retry-after': retryAfterSeconds } },
    )
  return new Problem(
    { status: 500, code: 'internal', detail: 'A fault of the server; its log says more.' },
    { cause: error },
  )
}

function ofConflict(error: ReleaseConflict): Problem {
  const status = error.conflict === 'unknown-version' ? 404 : 409
  return new Problem({ status, code: error.conflict, detail: error.message }, { cause: error })
}
