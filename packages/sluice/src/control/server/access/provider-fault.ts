import { z } from 'zod'
import { excerpt, visibleLine } from '../../../text/untrusted.ts'
import { Problem } from '../http/problem.ts'

/** What is read of an error of the library; the texts are the provider's, or anybody's. */
const known = z.object({
  code: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
  error_description: z.string().optional().catch(undefined),
})

const longest = 200
const shown = (text: string) => excerpt(visibleLine(text.slice(0, 2 * longest)), longest)

/** Why the provider cannot be asked. It may be away, or the address may be wrong. */
export function undiscovered(issuer: string, cause: unknown): Problem {
  const own = ownOf(cause)
  if (own) return own
  if (!isAnswer(cause)) return unreachable(issuer, cause)
  const detail = `The identity provider ${issuer} answers, but not as one (${reasonOf(cause)}): whoever runs this control plane checks server.oidc.issuer in sluice.yaml. Signing in with a token works.`
  return new Problem({ status: 503, code: 'provider-unknown', detail }, { cause })
}

/** Its people may be those of any company. */
export function notThisProvider(issuer: string, named: unknown): Problem {
  const detail = `The identity provider at ${issuer} calls itself ${shown(String(named))}: whoever runs this control plane writes that address into server.oidc.issuer of sluice.yaml, if it is for your company alone. Signing in with a token works.`
  return new Problem({ status: 503, code: 'provider-unknown', detail })
}

/** An address without TLS, to which a secret would be sent. */
export function insecureAddress(address: URL): Problem {
  const detail = `The identity provider names an address without TLS (${shown(address.origin)}), to which no secret is sent. Signing in with a token works.`
  return new Problem({ status: 503, code: 'provider-insecure', detail })
}

/** More browsers come back at once than the provider is asked about. */
export function tooManyAtOnce(): Problem {
  const detail =
    'Very many sign-ins are under way at once: load this page again in a few seconds. Signing in with a token works.'
  return new Problem({ status: 503, code: 'sign-ins-busy', detail }, { headers: { 'retry-after': '5' } })
}

/** Why a browser that has come back from the provider is not let in. */
export function unidentified(issuer: string, cause: unknown): Problem {
  const own = ownOf(cause)
  if (own) return own
  if (!isAnswer(cause)) return unreachable(issuer, cause)
  const { code, error, error_description: description } = known.parse(cause)
  const reason = `${shown(error ?? '')}${description ? `: ${shown(description)}` : ''}`
  if (code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR') {
    const detail = `${issuer} has not let you in (${reason}). Sign in again, or ask whoever runs it.`
    return new Problem({ status: 403, code: 'provider-refused', detail }, { cause })
  }
  if (error === 'invalid_grant') {
    const detail = 'This sign-in was used already, or took too long: sign in again.'
    return new Problem({ status: 403, code: 'sign-in-used', detail }, { cause })
  }
  if (code === 'OAUTH_RESPONSE_BODY_ERROR' || code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') {
    const detail = `${issuer} refuses this control plane (${reason || 'HTTP 401'}): whoever runs it checks the client, its secret and its address of return, in server.oidc of sluice.yaml and at the provider.`
    return new Problem({ status: 503, code: 'provider-refused', detail }, { cause })
  }
  const clocks = code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED' ? ' The clocks of the two machines may differ.' : ''
  const detail = `What ${issuer} says of you cannot be trusted (${reasonOf(cause)}), so nobody was signed in.${clocks}`
  return new Problem({ status: 403, code: 'identity-untrusted', detail }, { cause })
}

function unreachable(issuer: string, cause: unknown): Problem {
  const detail = `The identity provider ${issuer} does not answer (${reasonOf(cause)}). Try again, or sign in with a token.`
  return new Problem({ status: 503, code: 'provider-unreachable', detail }, { cause, headers: { 'retry-after': '5' } })
}

/** Whether the provider has answered, however oddly: then the library has an error code for it. */
function isAnswer(error: unknown): boolean {
  return causesOf(error).some((one) => {
    const code = known.safeParse(one).data?.code
    return code?.startsWith('OAUTH_') === true && !/^OAUTH_(TIMEOUT|ABORT)$/.test(code)
  })
}

/** The innermost cause: what is around it says only that something went wrong. */
function reasonOf(error: unknown): string {
  const innermost = causesOf(error).findLast((one) => one instanceof Error)
  if (!(innermost instanceof Error)) return shown(String(error))
  const code = known.safeParse(innermost).data?.code
  if (innermost.name === 'TimeoutError' || code === 'OAUTH_TIMEOUT') return 'no answer in time'
  return shown(innermost.message || code || innermost.name)
}

/** A fault that was found here, and that the library has put into another. */
function ownOf(error: unknown): Problem | undefined {
  return causesOf(error).find((one) => one instanceof Problem)
}

function causesOf(error: unknown, depth = 0): unknown[] {
  return error instanceof Error && depth < 10 ? [error, ...causesOf(error.cause, depth + 1)] : []
}
