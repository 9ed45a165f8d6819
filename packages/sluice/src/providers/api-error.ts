import { z } from 'zod'
import { excerpt } from './excerpt.ts'
import { networkError } from './network-error.ts'
import { ProviderError } from './provider-error.ts'
import { statusError } from './status-error.ts'

/** What an error message may and may not say about the provider. */
export interface ErrorPlace {
  source: string
  baseURL: string
  /** What to mend when the credentials are refused. */
  credentials: string
  secrets: readonly string[]
  clock: () => number
}

/** What the AI SDK attaches to a failed call. */
const callSchema = z.object({
  url: z.string(),
  statusCode: z.number().optional(),
  responseHeaders: z.record(z.string(), z.string()).optional(),
  responseBody: z.string().optional(),
})

const notAsked = new Set(['AI_UnsupportedFunctionalityError', 'AI_InvalidPromptError', 'AI_InvalidArgumentError'])

/** Turns whatever the AI SDK or fetch threw into a `ProviderError` that keeps it as its cause. */
export function apiError(error: unknown, place: ErrorPlace): ProviderError {
  if (error instanceof ProviderError) return error
  const { source, secrets } = place
  const call = callSchema.safeParse(error).data
  const url = call?.url ?? place.baseURL
  const status = call?.statusCode
  if (status !== undefined && (status < 200 || status > 299)) {
    return statusError({
      ...place,
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
  if (call?.responseBody !== undefined)
    return badBody(`${source}: ${url} answered ${status}`, call.responseBody, secrets, error)
  const said = excerpt(error instanceof Error ? error.message : String(error), secrets)
  const name = error instanceof Error ? error.name : ''
  if (notAsked.has(name)) return new ProviderError('bad-request', `${source}: ${said}`, { cause: error })
  if (call && status === undefined)
    return new ProviderError('unreachable', `${source}: cannot reach ${url}: ${said}`, { cause: error })
  return new ProviderError('bad-response', `${source}: ${url} gave no usable answer: ${said}`, { cause: error })
}

function badBody(answered: string, body: string, secrets: readonly string[], cause: unknown): ProviderError {
  const text = body.trimStart()
  const fault =
    text === ''
      ? 'with an empty body'
      : `with ${text.startsWith('<') ? 'HTML' : isJson(text) ? 'JSON of an unexpected form' : 'broken or cut-off JSON'}: ${excerpt(text, secrets)}`
  return new ProviderError('bad-response', `${answered} ${fault}`, { cause })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
