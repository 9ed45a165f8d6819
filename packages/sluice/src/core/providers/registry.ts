import { SluiceError } from '../../errors.ts'
import { hint } from '../../text/did-you-mean.ts'
import type { Config, ProviderSettings } from '../suite/config/config.ts'
import { implicitProviders } from '../suite/models/provider-settings.ts'
import type { ProjectFiles } from '../suite/project-files.ts'
import type { Env } from './api-key.ts'
import { steadyNow } from './clock.ts'
import { createLeanFetch } from './http/lean-fetch.ts'
import type { Prices } from './prices.ts'
import type { Provider } from './provider.ts'

/** The providers of a project by name. Each is made when it is first needed. */
export interface Providers {
  /** @throws SluiceError `invalid-input` if the name is neither built in nor configured */
  get(name: string): Promise<Provider>
}

export interface ProvidersOptions {
  env: Env
  /** Default: `createLeanFetch`. */
  fetch?: typeof globalThis.fetch
  /** The files of recordings. */
  files: ProjectFiles
  /** Prices of recordings with tokens but without a cost. */
  prices?: Prices
  /** ms since the epoch. */
  clock?: () => number
}

type FilledOptions = ProvidersOptions & Required<Pick<ProvidersOptions, 'fetch' | 'clock'>>

export function createProviders(
  config: Pick<Config, 'providers'>,
  { env, fetch = createLeanFetch({ env }), clock = steadyNow, ...rest }: ProvidersOptions,
): Providers {
  const made = new Map<string, Promise<Provider>>()
  const options = { ...rest, env, fetch, clock }
  return {
    get(name) {
      const provider = made.get(name) ?? create(name, config, options)
      made.set(name, provider)
      return provider
    },
  }
}

async function create(
  name: string,
  config: Pick<Config, 'providers'>,
  { env, fetch, files, prices, clock }: FilledOptions,
): Promise<Provider> {
  const settings = config.providers[name] ?? implicitSettings(name)
  if (!settings) throw unknownProvider(name, Object.keys(config.providers))
  const { kind } = settings
  if (kind === 'replay') {
    const { createReplayProvider } = await import('./replay.ts')
    return createReplayProvider({ name, globs: settings.files ?? [], files, ...(prices && { prices }) })
  }
  const { createApiProvider } = await import('./api/api-provider.ts')
  return createApiProvider({ name, kind, settings, env, fetch, clock })
}

function implicitSettings(name: string): ProviderSettings | undefined {
  const kind = implicitProviders.find((implicit) => implicit === name)
  return kind && { kind }
}

function unknownProvider(name: string, configured: string[]): SluiceError {
  const known = [...new Set([...implicitProviders, ...configured])]
  return new SluiceError(
    'invalid-input',
    `there is no provider "${name}"${hint(name, known)}. A new one is added in sluice.yaml: providers: {${name}: {kind: openai-compatible, baseURL: "https://..."}}`,
  )
}
