import type { ProviderSettings } from '../suite/config/config.ts'
import { canonicalJson } from '../suite/values/canonical-json.ts'
import { fillFromEnvironment } from '../suite/values/environment-text.ts'
import type { ApiKind, Env } from './api-key.ts'

/** The server and settings of a provider, as far as answers depend on them. */
export interface ServerIdentity {
  /**
   * Equal for equal servers. It has no credentials, but other settings, so it is only for hashes and must not be shown.
   */
  text: string
  /** Whether it is the provider's public server without settings of the project. */
  isPublic: boolean
}

export interface ServerOptions {
  kind: ApiKind
  baseURL: string
  settings: Pick<ProviderSettings, 'baseURL' | 'headers' | 'parameters'>
  /** The provider's own address; undefined for a kind without one. */
  publicURL: string | undefined
  env: Env
}

/** Matches whole words of a name, so `x-portkey-config`, by which a gateway chooses the model, is no credential. */
const credential =
  /(?:^|[-_.])(?:(?:api|access|auth|secret|subscription|x)?(?:key|token|secret)|auth(?:orization|entication)?|cookie|passw(?:or)?d|credentials?|signature|sig|code)(?=$|[-_.])/i

function isCredential(name: string): boolean {
  return credential.test(name.replace(/([a-z])([A-Z])/g, '$1-$2'))
}

/**
 * Computed from the address without user info, the kind of API, the parameters and the headers of every request.
 * Credentials in headers and in the address's query are left out, so that a new key does not make a new server.
 */
export function serverIdentity({ kind, baseURL, settings, publicURL, env }: ServerOptions): ServerIdentity {
  const { headers = {}, parameters = {} } = settings
  const relevant = Object.entries(headers)
    .filter(([name]) => !isCredential(name))
    .map(([name, text]): [string, string] => [name.toLowerCase(), filled(text, env)])
  return {
    text: canonicalJson({ kind, address: addressOf(baseURL), headers: Object.fromEntries(relevant), parameters }),
    isPublic:
      settings.baseURL === undefined &&
      publicURL !== undefined &&
      addressOf(baseURL) === addressOf(publicURL) &&
      Object.keys({ ...headers, ...parameters }).length === 0,
  }
}

/** Replaces variables. One without a value becomes an error only when a call is made. */
function filled(text: string, env: Env): string {
  try {
    return fillFromEnvironment(text, env, (name) => {
      throw new RangeError(name)
    })
  } catch {
    return text
  }
}

function addressOf(baseURL: string): string {
  const { protocol, host, pathname, searchParams } = new URL(baseURL)
  const query = [...searchParams].filter(([name]) => !isCredential(name))
  return canonicalJson([protocol, host, pathname.replace(/\/+$/, ''), query.sort()])
}
