import { shownAddress } from '../../../masking/address.ts'
import { errorExcerpt } from '../excerpt.ts'
import { proxyHeader } from '../http/proxy.ts'
import { ProviderError, type ProviderErrorKind } from '../provider-error.ts'
import { type ErrorBody, perDayQuota, readErrorBody } from './error-body.ts'
import { policyRefusal } from './policy-refusal.ts'
import { quotaWaitMs } from './quota.ts'
import { type HeaderReader, retryAfterMs } from './retry-after.ts'

/** An HTTP answer that is no success, and its source. */
export interface Refusal {
  /** The start of the message, e.g. the provider's name. */
  source: string
  url: string
  status: number
  header: HeaderReader
  body: string
  /** What to correct if the credentials are refused. */
  credentials: string
  /** ms since the epoch. */
  now: number
  /** The codes of an application are not known, so an error of it concerns only the one case. */
  from: 'model' | 'application'
  /** Masks secrets in texts of the server. */
  mask: (text: string) => string
  cause?: unknown
}

/** Codes that say that a key, or its account, may not make any call. */
const accountCodes = new Set([
  'invalid_api_key',
  'api_key_invalid',
  'invalid_authentication',
  'authentication_error',
  'invalid_authorization',
  'account_deactivated',
  'organization_deactivated',
  'access_terminated',
  'permission_error',
  'permission_denied',
  'permissiondenied',
  'insufficient_permissions',
  'unsupported_country_region_territory',
  'service_disabled',
  'consumer_invalid',
  'consumer_suspended',
])
const creditCodes = new Set([
  'insufficient_quota',
  'insufficient_user_quota',
  'insufficient_credits',
  'insufficient_balance',
  'billing_error',
  'billing_not_active',
  'billing_hard_limit_reached',
  'budget_exceeded',
])
const missingModelCodes = new Set([
  'model_not_found',
  'model_not_available',
  'model_decommissioned',
  'model_terminated',
  'invalid_model',
  'unknown_model',
  'deploymentnotfound',
])
/** They count for a 404 only, since with another status something else may be missing. */
const notFoundCodes = new Set(['not_found', 'not_found_error', 'notfounderror'])
const tooLongCodes = new Set([
  'context_length_exceeded',
  'context_window_exceeded',
  'exceed_context_size_error',
  'request_too_large',
  'string_above_max_length',
])

// For providers without a code. An error may quote the input, so the text must be at the beginning of the message.
const wrapped = '^(?:[\\w.]+(?:Error|Exception)\\s*[:-]\\s*)*'
const tooLongTexts = new RegExp(
  `${wrapped}(?:prompt is too long: \\d|(?:the )?input token count \\(?\\d|this model's maximum context length is \\d|` +
    `prompt contains \\d+ tokens|the request exceeds the available context size|you passed \\d+ input (?:tokens|characters)|` +
    `the (?:prompt is longer than|input length exceeds) the context length)`,
  'i',
)
const missingModelTexts = new RegExp(
  `${wrapped}(?:the )?model (?:not exist$|[\`'"]?[\\w./:@-]+[\`'"]? (?:does not exist|(?:was |is )?not found))` +
    `|^\\S+ is not a valid model id`,
  'i',
)
const noCreditTexts = new RegExp(`${wrapped}your credit balance is too low to access`, 'i')

/** The error for an HTTP status and body. */
export function statusError(refusal: Refusal): ProviderError {
  const { source, url, status, header, body, mask, cause, from } = refusal
  const parts = readErrorBody(body)
  const text = errorExcerpt(parts.message, mask).replace(/\.$/, '')
  const proxy = header(proxyHeader)
  // The answer may be the proxy's own, so the message names it.
  const by = proxy && status >= 502 ? ` (by way of the proxy ${proxy})` : ''
  const answer = `${source}: ${url} answered ${status}${by}${text === '' ? '' : `: ${text}`}`
  const options = { status, cause }
  if (from === 'application') {
    const hint = status === 401 || status === 403 ? `. ${refusal.credentials}` : hintFor(status, header('location'))
    const waits = { ...options, retryAfterMs: waitMs(refusal, parts) }
    return new ProviderError(statusKind(status), `${answer}${hint}`, waits)
  }
  const kind = policyRefusal(body) ?? kindOf(status, parts)
  if (kind === 'refused' || kind === 'moderated') return new ProviderError(kind, answer, options)
  if (kind === 'auth') return new ProviderError(kind, `${answer}. ${refusal.credentials}`, { ...options, fatal: true })
  if (kind === 'no-credit')
    return new ProviderError('rate-limit', `${answer}. The account behind the key has no credit left: top it up`, {
      ...options,
      fatal: true,
    })
  const hint =
    kind === 'no-model' ? '. Is the model spelled right, and still offered?' : hintFor(status, header('location'))
  return new ProviderError(kind, `${answer}${hint}`, { ...options, retryAfterMs: waitMs(refusal, parts) })
}

/** A `Retry-After` of 0 or of a past time counts only if the answer has no other time to wait. */
function waitMs({ status, header, body, now }: Refusal, parts: ErrorBody): number | undefined {
  const quota = status === 429 ? quotaWaitMs(header, parts, now) : undefined
  const asked = retryAfterMs(header, body, now)
  return parts.codes.has(perDayQuota) ? quota : asked || (quota ?? asked)
}

function hintFor(status: number, location: string | null | undefined): string {
  if (status === 403) return '. Is the key allowed to do this?'
  if (status === 404) return '. Are the model and the base URL spelled right?'
  return status >= 300 && status < 400
    ? `. It has moved to ${location ? shownPlace(location) : 'elsewhere'}; redirects are not followed`
    : ''
}

/** The address of a redirect without its query, which may hold a token that is not known here. */
function shownPlace(location: string): string {
  return URL.canParse(location) ? shownAddress(location) : (location.split(/[?#]/, 1)[0] ?? '')
}

/** The kind of an error by its codes, since a text may quote anything; without a known code by its status. */
function kindOf(status: number, { codes, message }: ErrorBody): ProviderErrorKind | 'no-credit' {
  const hasCode = (known: ReadonlySet<string>) => [...codes].some((code) => known.has(code))
  if (status === 401) return 'auth'
  if (status === 402 || (status < 500 && hasCode(creditCodes))) return 'no-credit'
  if (status < 500 && hasCode(missingModelCodes)) return 'no-model'
  if (status === 404 && hasCode(notFoundCodes)) return 'no-model'
  if (status < 500 && status !== 429 && hasCode(accountCodes)) return 'auth'
  if (status === 413 || (status < 500 && hasCode(tooLongCodes))) return 'too-long'
  if (status === 400 || status === 404 || status === 422) {
    if (tooLongTexts.test(message)) return 'too-long'
    if (missingModelTexts.test(message)) return 'no-model'
    if (noCreditTexts.test(message)) return 'no-credit'
  }
  return statusKind(status)
}

function statusKind(status: number): ProviderErrorKind {
  if (status === 413) return 'too-long'
  if (status === 429) return 'rate-limit'
  // Groq sends 498 if a service tier has no capacity.
  if (status === 503 || status === 529 || status === 498) return 'overloaded'
  if (status === 408) return 'timeout'
  return status >= 500 || status === 409 ? 'server' : 'bad-request'
}
