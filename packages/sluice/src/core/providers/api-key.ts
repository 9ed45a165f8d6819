import { isWorkflowToken } from '../../masking/secret-names.ts'
import type { ProviderSettings } from '../suite/config/config.ts'
import { keyVariable } from '../suite/models/key-variable.ts'
import { workflowTokenFault } from '../suite/values/header-settings.ts'
import { ProviderError } from './provider-error.ts'

export type ApiKind = Exclude<ProviderSettings['kind'], 'replay'>
export type Env = Readonly<Record<string, string | undefined>>

export interface ApiKey {
  variable: string
  /** Undefined if no key is set and none is needed. */
  value: string | undefined
}

/**
 * The key of a provider. An openai-compatible server may have none, unless `apiKeyEnv` names it.
 * @throws ProviderError `auth`, fatal, with the name of the variable, if a needed key is missing or is the workflow's
 *   own.
 */
export function apiKey(name: string, kind: ApiKind, apiKeyEnv: string | undefined, env: Env): ApiKey {
  const variable = keyVariable(name, { kind, apiKeyEnv })
  const value = env[variable]?.trim() || undefined
  if (value !== undefined && isWorkflowToken(variable))
    throw new ProviderError('auth', `${name}: ${workflowTokenFault(variable)}`, { fatal: true })
  if (value === undefined && (kind !== 'openai-compatible' || apiKeyEnv !== undefined))
    throw new ProviderError('auth', `${name}: no API key; set the environment variable ${variable}`, { fatal: true })
  return { variable, value }
}
