import { z } from 'zod'
import { errorMessage } from '../../../errors.ts'
import { jsonIn } from '../../../json.ts'
import { shownAddress } from '../../../masking/address.ts'
import { networkError } from '../errors/network-error.ts'
import { policyRefusal } from '../errors/policy-refusal.ts'
import { statusError } from '../errors/status-error.ts'
import { errorExcerpt } from '../excerpt.ts'
import { ProviderError } from '../provider-error.ts'
import { readAnswerBody } from './answer-body.ts'

/** What an error message needs to know about the provider. */
export interface ErrorPlace {
  source: string
  baseURL: string
  /** What to correct if the credentials are refused. */
  credentials: string
  /** Masks secrets in texts of the provider. */
  mask: (text: string) => string
  clock: () => number
}

/** What the AI SDK attaches to a failed call. */
const callSchema = z.object({
  url: z.string(),
  statusCode: z.number().optional(),
  responseHeaders: z.record(z.string(), z.string()).optional(),
  /** A text, or already parsed. */
  responseBody: z
    .unknown()
    .transform((body) => (body === undefined || typeof body === 'string' ? body : JSON.stringify(body)))
    .optional(),
})

const notAsked = new Set(['AI_UnsupportedFunctionalityError', 'AI_InvalidPromptError', 'AI_InvalidArgumentError'])

/** Makes a `ProviderError` of anything that the AI SDK or fetch threw. The original error is its cause. */
export function apiError(error: unknown, place: ErrorPlace): ProviderError {
  if (error instanceof ProviderError) return error
  const { source, mask } = place
  const call = callSchema.safeParse(error).data
  const url = shownAddress(call?.url ?? place.baseURL)
  const status = statusOf(call ?? {})
  if (status !== undefined && (status < 200 || status > 299)) {
    return statusError({
      ...place,
      from: 'model',
      url,
      status,
      header: (name) => call?.responseHeaders?.[name],
      body: call?.responseBody ?? '',
      now: place.clock(),
      cause: error,
    })
  }
  const network = networkError(source, url, error)
  if (network) return network
  if (call?.responseBody !== undefined) {
    const answered = `${source}: ${url} answered ${status}`
    return bodyError(answered, call.responseBody, mask, error) ?? badBody(answered, call.responseBody, mask, error)
  }
  const text = errorExcerpt(errorMessage(error), mask)
  const name = error instanceof Error ? error.name : ''
  if (notAsked.has(name)) return new ProviderError('bad-request', `${source}: ${text}`, { cause: error })
  if (call && status === undefined)
    return new ProviderError('unreachable', `${source}: cannot reach ${url}: ${text}`, { cause: error })
  return new ProviderError('bad-response', `${source}: ${url} gave no usable answer: ${text}`, { cause: error })
}

/**
 * The status of a failure. If an answer of status 200 reports an error, it is the status of that error. (For a failed
 * response of OpenAI the AI SDK reports a 400 that the server did not send.)
 */
function statusOf({ statusCode, responseBody = '' }: Partial<z.output<typeof callSchema>>): number | undefined {
  const { error, unfinished } = readAnswerBody(jsonIn(responseBody))
  const isSuccess = statusCode !== undefined && statusCode >= 200 && statusCode <= 299
  return isSuccess || unfinished === 'failed' ? (error?.status ?? statusCode) : statusCode
}

/** A failure without a status of its own, inside an answer of status 200. */
function bodyError(
  answered: string,
  body: string,
  mask: ErrorPlace['mask'],
  cause: unknown,
): ProviderError | undefined {
  const { error } = readAnswerBody(jsonIn(body))
  if (!error) return undefined
  const text = `${answered} with an error: ${errorExcerpt(error.message, mask)}`
  return new ProviderError(policyRefusal(body) ?? 'server', text, { cause })
}

function badBody(answered: string, body: string, mask: ErrorPlace['mask'], cause: unknown): ProviderError {
  const text = body.trimStart()
  if (/^(?:(?:data|event|id|retry):|: )/.test(text)) {
    const message = `${answered} with a stream of events, which was not asked for: ${errorExcerpt(text, mask)}`
    return new ProviderError('bad-response', message, { cause, retryable: false })
  }
  const fault =
    text === ''
      ? 'with an empty body'
      : `with ${text.startsWith('<') ? 'HTML' : jsonIn(text) !== undefined ? 'JSON of an unexpected form' : 'broken or cut-off JSON'}: ${errorExcerpt(text, mask)}`
  return new ProviderError('bad-response', `${answered} ${fault}`, { cause })
}
