import type { ProblemDetails } from '../../../records/problem.ts'
import { ReleaseConflict } from '../../release/release-conflict.ts'
import { StoreError, type StoreFault } from '../../store/store-error.ts'

/** Thrown by handlers. `dispatch` answers the request with its problem document (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly details: ProblemDetails
  readonly headers: Record<string, string>

  constructor(details: ProblemDetails, { headers = {}, ...options }: ProblemOptions = {}) {
    super(details.detail, options)
    this.details = details
    this.headers = headers
  }
}

interface ProblemOptions extends ErrorOptions {
  headers?: Record<string, string>
}

const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** The document that is sent. `type` is `about:blank`; problems are distinguished by `code`. */
export function problemDocument(details: ProblemDetails, requestId: string): Record<string, unknown> {
  const { status, ...rest } = details
  return { type: 'about:blank', title: titles[status] ?? 'Error', status, ...rest, requestId }
}

export function notFound(detail: string): Problem {
  return new Problem({ status: 404, code: 'not-found', detail })
}

/** The answer for each fault of the store, and after how many seconds the caller may retry. */
const storeFaults: Partial<Record<StoreFault, { detail: string; retryAfter: string }>> = {
  busy: { detail: 'The store is busy: nothing was written. Try again.', retryAfter: '1' },
  full: {
    detail: 'The store has no space left: nothing was written. Free some space, then try again.',
    retryAfter: '30',
  },
  unreachable: {
    detail:
      'The store does not answer, so it is not known whether a write was recorded. Repeat it with the same ids or Idempotency-Key: it counts once.',
    retryAfter: '1',
  },
  closed: { detail: 'The server is shutting down: nothing was written. Try again.', retryAfter: '1' },
}

/** The problem for any error of a handler. Errors that are not meant for callers show no detail. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof ReleaseConflict) return ofConflict(error)
  if (error instanceof StoreError) return ofStore(error)
  return new Problem(
    { status: 500, code: 'internal', detail: 'The server failed; its log has the details.' },
    { cause: error },
  )
}

/** Retry-After is sent only if a retry can help. */
function ofStore(error: StoreError): Problem {
  if (error.fault === 'refused')
    return new Problem(
      {
        status: 422,
        code: 'not-storable',
        detail: 'The request has a value that the store cannot keep: nothing was written.',
      },
      { cause: error },
    )
  const known = storeFaults[error.fault]
  if (!known)
    return new Problem(
      { status: 500, code: `store-${error.fault}`, detail: 'The store failed; the log of the server has the details.' },
      { cause: error },
    )
  const { detail, retryAfter } = known
  return new Problem(
    { status: 503, code: 'store-unavailable', detail },
    { cause: error, headers: { 'retry-after': retryAfter } },
  )
}

function ofConflict(error: ReleaseConflict): Problem {
  const status = error.conflict === 'unknown-version' ? 404 : 409
  return new Problem({ status, code: error.conflict, detail: error.message }, { cause: error })
}
