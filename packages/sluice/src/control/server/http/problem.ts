import type { ProblemDetails } from '../../../records/problem.ts'
import { ReleaseConflict } from '../../release/release-conflict.ts'
import { StoreError, type StoreFault } from '../../store/store-error.ts'

/** A request that is answered with a problem document. Raised by handlers, turned into a response in one place. */
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

/** The document that is sent. `type` is `about:blank`: `code` tells problems apart. */
export function problemDocument(details: ProblemDetails, requestId: string): Record<string, unknown> {
  const { status, ...rest } = details
  return { type: 'about:blank', title: titles[status] ?? 'Error', status, ...rest, requestId }
}

export function notFound(detail: string): Problem {
  return new Problem({ status: 404, code: 'not-found', detail })
}

/** What the caller is told of a store that cannot be used, and after how many seconds it is worth another try. */
const storeFaults: Partial<Record<StoreFault, { detail: string; retryAfter: string }>> = {
  busy: { detail: 'Others hold the store: nothing was written. Try again.', retryAfter: '1' },
  full: { detail: 'The store has no space left: nothing was written. Free some, then try again.', retryAfter: '30' },
  unreachable: {
    detail:
      'The store does not answer: whether a write was recorded is not known. Repeat it with the same ids or Idempotency-Key, which count once.',
    retryAfter: '1',
  },
  closed: { detail: 'The server is shutting down: nothing was written. Try again.', retryAfter: '1' },
}

/** Whatever a handler threw, as the problem that the caller is told. What is not meant for callers says nothing. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof ReleaseConflict) return ofConflict(error)
  if (error instanceof StoreError) return ofStore(error)
  return new Problem(
    { status: 500, code: 'internal', detail: 'A fault of the server; its log says more.' },
    { cause: error },
  )
}

/** What another try cannot mend does not ask for one. */
function ofStore(error: StoreError): Problem {
  if (error.fault === 'refused')
    return new Problem(
      {
        status: 422,
        code: 'not-storable',
        detail: 'It holds something that the store cannot keep: nothing was written.',
      },
      { cause: error },
    )
  const told = storeFaults[error.fault]
  if (!told)
    return new Problem(
      { status: 500, code: `store-${error.fault}`, detail: 'The store refuses this; the log of the server says why.' },
      { cause: error },
    )
  const { detail, retryAfter } = told
  return new Problem(
    { status: 503, code: 'store-unavailable', detail },
    { cause: error, headers: { 'retry-after': retryAfter } },
  )
}

function ofConflict(error: ReleaseConflict): Problem {
  const status = error.conflict === 'unknown-version' ? 404 : 409
  return new Problem({ status, code: error.conflict, detail: error.message }, { cause: error })
}
