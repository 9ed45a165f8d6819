import { SluiceError } from '../../../errors.ts'
import type { ProviderSettings } from '../../suite/config/config.ts'
import type { ApiKind, Env } from '../api-key.ts'

/** The address of each provider, unless the configuration or the environment names another. */
const publicBaseURLs = {
  anthropic: 'https://api.anthropic.com/v1',
  openai: 'https://api.openai.com/v1',
  google: 'https://generativelanguage.googleapis.com/v1beta',
} as const

/** The address of the provider's own service; undefined for a kind that has none. */
export function publicBaseURL(kind: ApiKind): string | undefined {
  return kind === 'openai-compatible' ? undefined : publicBaseURLs[kind]
}

/** The address in the environment variable that the provider's own tools read; undefined if it is not set. */
export function baseURLInEnvironment(kind: ApiKind, env: Env): string | undefined {
  if (kind === 'anthropic') return env.ANTHROPIC_BASE_URL?.trim() || undefined
  return kind === 'openai' ? env.OPENAI_BASE_URL?.trim() || undefined : undefined
}

/** The address of the provider. @throws SluiceError `invalid-input` if a compatible server has no address */
export function baseURLOf(
  name: string,
  kind: ApiKind,
  { baseURL }: Pick<ProviderSettings, 'baseURL'>,
  env: Env,
): string {
  if (baseURL !== undefined) return baseURL
  if (kind !== 'openai-compatible') return baseURLInEnvironment(kind, env) ?? publicBaseURLs[kind]
  throw new SluiceError(
    'invalid-input',
    `sluice.yaml: providers.${name} needs a baseURL, e.g. http://127.0.0.1:11434/v1`,
  )
}
