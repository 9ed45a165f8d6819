import type { ProviderSettings } from '../suite/config.ts'
import { ProviderError } from './provider-error.ts'

export type ApiKind = Exclude<ProviderSettings['kind'], 'replay'>
export type Env = Readonly<Record<string, string | undefined>>

const usualVariables = {
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  google: 'GOOGLE_GENERATIVE_AI_API_KEY',
} as const

export interface ApiKey {
  variable: string
  /** Undefined where none is set and none is needed. */
  value: string | undefined
}

/**
 * The key of a provider: from `apiKeyEnv` if set, else from the variable that the provider's own tools read, else, for an
 * openai-compatible server, from `<NAME>_API_KEY`, which may be absent.
 * @throws ProviderError `auth`, fatal, naming the variable when a key is needed and missing.
 */
export function apiKey(name: string, kind: ApiKind, apiKeyEnv: string | undefined, env: Env): ApiKey {
  const optional = kind === 'openai-compatible'
  const variable =
    apiKeyEnv ?? (optional ? `${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_API_KEY` : usualVariables[kind])
  const value = env[variable]?.trim() || undefined
  if (value === undefined && (!optional || apiKeyEnv !== undefined))
    throw new ProviderError('auth', `${name}: no API key; set the environment variable ${variable}`, { fatal: true })
  return { variable, value }
}
