import { shownAddress } from '../masking/address.ts'
import { excerpt } from './excerpt.ts'
import { policyRefusal } from './policy-refusal.ts'
import { ProviderError, type ProviderErrorKind } from './provider-error.ts'
import { type HeaderReader, retryAfterMs } from './retry-after.ts'

/** An HTTP answer that is no success, and who gave it. */
export interface Refusal {
  /** Stands at the start of the message, e.g. the provider's name. */
  source: string
  url: string
  status: number
  header: HeaderReader
  body: string
  /** What to mend when the credentials are refused. */
  credentials: string
  /** ms since the epoch. */
  now: number
  /** Takes secrets out of what the server says. */
  mask: (text: string) => string
  cause?: unknown
}

const tooLong =
  /context[_ ](length|window|size)|(prompt|input|request) (is )?too (long|large)|input token count|maximum prompt length|request_too_large/i
const noCredit = /insufficient_quota|credit balance is too low|insufficient (credits|balance)/i

/** What an HTTP status, with the body's help, says about the call. */
export function statusError(refusal: Refusal): ProviderError {
  const { source, url, status, header, body, now, mask, cause } = refusal
  const said = excerpt(messageOf(body), mask)
  const answer = `${source}: ${url} answered ${status}${said === '' ? '' : `: ${said}`}`
  const options = { status, cause }
  const unwanted = policyRefusal(body)
  if (unwanted) return new ProviderError(unwanted, answer, options)
  if (status === 401 || status === 403)
    return new ProviderError('auth', `${answer}. ${refusal.credentials}`, { ...options, fatal: true })
  if (status === 402 || (status < 500 && noCredit.test(body)))
    return new ProviderError('rate-limit', `${answer}. The account behind the key has no credit left: top it up`, {
      ...options,
      fatal: true,
    })
  const kind = kindOf(status, body)
  const hint = hintFor(status, header('location'))
  return new ProviderError(kind, `${answer}${hint}`, {
    ...options,
    retryAfterMs: retryAfterMs(header, body, now),
  })
}

function hintFor(status: number, location: string | null | undefined): string {
  if (status === 404) return '. Are the model and the base URL spelled right?'
  return status >= 300 && status < 400
    ? `. It has moved to ${location ? shownPlace(location) : 'elsewhere'}; redirects are not followed`
    : ''
}

/** A redirect may carry a token, also one that nobody here knows. */
function shownPlace(location: string): string {
  return URL.canParse(location) ? shownAddress(location) : (location.split(/[?#]/, 1)[0] ?? '')
}

function kindOf(status: number, body: string): ProviderErrorKind {
  if (status === 413 || ((status === 400 || status === 422) && tooLong.test(body))) return 'too-long'
  if (status === 429) return 'rate-limit'
  if (status === 503 || status === 529) return 'overloaded'
  if (status === 408) return 'timeout'
  return status >= 500 || status === 409 ? 'server' : 'bad-request'
}

/** The `message` of a JSON error body, which every provider nests a little differently; otherwise the body itself. */
function messageOf(body: string): string {
  const found = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(body)?.[1]
  if (!found) return body
  try {
    return String(JSON.parse(found))
  } catch {
    return body
  }
}
