import { fillFromEnvironment } from '../../suite/values/environment-text.ts'
import type { Env } from '../api-key.ts'
import { ProviderError } from '../provider-error.ts'

/**
 * The headers of a provider or a target as they are sent.
 * @throws ProviderError `auth`, fatal, naming the variable that is missing.
 */
export function headerValues(
  source: string,
  headers: Readonly<Record<string, string>> | undefined,
  env: Env,
): Record<string, string> {
  const filled = Object.entries(headers ?? {}).map(([header, text]) => {
    const value = fillFromEnvironment(text, env, (name) => {
      const wayOut = `set the environment variable ${name}`
      throw new ProviderError('auth', `${source}: the header ${header} has no value; ${wayOut}`, { fatal: true })
    })
    return [header, value] as const
  })
  return Object.fromEntries(filled)
}

/** What of a header's value is a secret: the value, and the credential behind `Bearer` or in `Basic`. */
export function secretsOfHeader(value: string): string[] {
  const [, scheme = '', credential] = /^(bearer|basic|token|key)\s+(\S+)$/i.exec(value) ?? []
  if (credential === undefined) return [value]
  const password = Buffer.from(credential, 'base64').toString().split(':').slice(1).join(':')
  return [value, credential, ...(/^basic/i.test(scheme) ? [password] : [])]
}
