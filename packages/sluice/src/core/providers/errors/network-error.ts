import { ProxyError } from '../http/proxy.ts'
import { ProviderError } from '../provider-error.ts'

const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])
const brokenOff = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ECONNABORTED'])
const tooSlow = new Set(['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/**
 * An error for a network fault, found by the system's error code in the chain of causes; undefined for other errors.
 */
export function networkError(source: string, url: string, error: unknown): ProviderError | undefined {
  const proxy = proxyFault(error)
  if (proxy) {
    const text = `${source}: cannot reach ${url}: ${proxy.message}`
    return proxy.status === 407
      ? new ProviderError('auth', `${text}: put a valid user and password into its address`, {
          cause: error,
          fatal: true,
        })
      : new ProviderError('unreachable', text, { cause: error })
  }
  const code = systemCode(error)
  const options = { cause: error }
  if (neverConnected.has(code))
    return new ProviderError('unreachable', `${source}: cannot reach ${url} (${code})`, options)
  if (brokenOff.has(code))
    return new ProviderError('server', `${source}: ${url} closed the connection (${code})`, options)
  if (tooSlow.has(code)) return new ProviderError('timeout', `${source}: ${url} did not answer (${code})`, options)
  // A wrong certificate fails every call, but a retry costs nothing, and the message names the fault.
  if (/^(CERT_|ERR_TLS|ERR_SSL|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/.test(code))
    return new ProviderError('unreachable', `${source}: no secure connection to ${url} (${code})`, options)
  // Codes of Node's HTTP parser for an invalid answer.
  if (code.startsWith('HPE_'))
    return new ProviderError('bad-response', `${source}: ${url} answered with broken HTTP (${code})`, options)
  return undefined
}

function proxyFault(error: unknown): ProxyError | undefined {
  return [...causesOf(error)].find((cause) => cause instanceof ProxyError)
}

function* causesOf(error: unknown): Generator<Error> {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; current = current.cause, depth += 1)
    yield current
}

function systemCode(error: unknown): string {
  for (const current of causesOf(error)) {
    // If all addresses of a host failed, the code of the first one counts.
    const first: unknown = current instanceof AggregateError ? current.errors[0] : current
    if (first instanceof Error && 'code' in first && typeof first.code === 'string') return first.code
  }
  return ''
}
