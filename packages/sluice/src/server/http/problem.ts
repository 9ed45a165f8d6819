/** What a problem document says beside its status: RFC 9457 with a `code` for machines. */
export interface ProblemDetails {
  status: number
  /** For machines, e.g. `not-found`; never changes its meaning. */
  code: string
  /** For people: the fault and the way out. */
  detail: string
  /** Where in the request: a JSON Pointer into the body, or e.g. `query.limit`. */
  errors?: { path: string; message: string }[]
}

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
