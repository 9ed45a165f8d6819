import { z } from 'zod'
import { baseURLOf } from '../../core/providers/api/base-url.ts'
import { apiKey } from '../../core/providers/api-key.ts'
import { ProviderError } from '../../core/providers/provider-error.ts'
import type { Config } from '../../core/suite/config/config.ts'
import { parseModelId } from '../../core/suite/models/model.ts'
import { errorMessage } from '../../errors.ts'

const modelListSchema = z.object({
  data: z.array(z.object({ id: z.string(), shutdown_date: z.iso.date().nullish().catch(null) })),
})

export interface ProviderDates {
  /** The day on which a model ends, by `provider:model`, of those whose provider names one. */
  dates: Map<string, string>
  /** Providers that did not tell, in words; never a reason to stop. */
  notes: string[]
}

interface Asking {
  env: NodeJS.ProcessEnv
  fetch: typeof globalThis.fetch
}

const timeoutMs = 10_000

/**
 * Asks the providers that tell it, which are those of OpenAI's API, when these models end (`shutdown_date` of
 * `GET /models`). One without its key is not asked: whatever needs the key says that it is missing.
 */
export async function askShutdownDates(
  models: readonly string[],
  { providers }: Pick<Config, 'providers'>,
  asking: Asking,
): Promise<ProviderDates> {
  const found: ProviderDates = { dates: new Map(), notes: [] }
  const names = new Set(models.flatMap((model) => parseModelId(model)?.provider ?? []))
  for (const name of names) {
    const settings = providers[name] ?? { kind: name }
    if (settings.kind !== 'openai') continue
    try {
      for (const { id, shutdown_date } of await modelList(name, { ...settings, kind: 'openai' }, asking)) {
        const model = `${name}:${id}`
        if (shutdown_date && models.includes(model)) found.dates.set(model, shutdown_date)
      }
    } catch (error) {
      if (error instanceof ProviderError && error.kind === 'auth') continue
      const reason = errorMessage(error)
      found.notes.push(`${name} did not tell when its models end (GET /models: ${reason}); the table alone is used.`)
    }
  }
  return found
}

async function modelList(
  name: string,
  settings: Config['providers'][string] & { kind: 'openai' },
  { env, fetch }: Asking,
): Promise<z.output<typeof modelListSchema>['data']> {
  const { value } = apiKey(name, settings.kind, settings.apiKeyEnv, env)
  const address = `${baseURLOf(name, settings.kind, settings, env).replace(/\/$/, '')}/models`
  const response = await fetch(address, {
    headers: { authorization: `Bearer ${value}`, ...settings.headers },
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (!response.ok) throw new Error(`status ${response.status}`)
  const { data, success } = modelListSchema.safeParse(await response.json())
  if (!success) throw new Error('not a list of models')
  return data.data
}
