import { fillFromEnvironment } from '../../suite/values/environment-text.ts'
import type { Env } from '../api-key.ts'
import { ProviderError } from '../provider-error.ts'

/**
 * The headers of a provider or a target, with the values of their variables.
 * @throws ProviderError `auth`, fatal, with the name of the missing variable
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

/** The secrets in a header's value: the value itself, and the credential after `Bearer` or in `Basic`. */
export function secretsOfHeader(value: string): string[] {
  const [, scheme = '', credential] = /^(bearer|basic|token|key)\s+(\S+)$/i.exec(value) ?? []
  if (credential === undefined) return [value]
  const password = Buffer.from(credential, 'base64').toString().split(':').slice(1).join(':')
  return [value, credential, ...(/^basic/i.test(scheme) ? [password] : [])]
}
