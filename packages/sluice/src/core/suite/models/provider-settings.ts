import { z } from 'zod'
import { isWorkflowToken } from '../../../masking/secret-names.ts'
import { headersSchema, secretVariableSchema, workflowTokenFault } from '../values/header-settings.ts'
import { keyVariable } from './key-variable.ts'
import { type RequestParameters, requestParametersSchema } from './model.ts'

const kinds = ['anthropic', 'openai', 'google', 'openai-compatible', 'replay'] as const

/** Providers that exist without configuration. */
export const implicitProviders = ['anthropic', 'openai', 'google'] as const

const filesSchema = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], { error: 'expected a path, or a list of paths' })
  .transform((files) => (typeof files === 'string' ? [files] : files))

const providerSchema = z
  .strictObject({
    kind: z
      .enum(kinds)
      .exactOptional()
      .meta({
        description:
          'The API that it speaks; replay answers from recordings (default: its name, for anthropic, openai and google).',
        examples: ['openai-compatible'],
      }),
    baseURL: z
      .url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' })
      .exactOptional()
      .meta({
        description: "Where the API is; required for openai-compatible (default: the provider's public address).",
        examples: ['https://openrouter.ai/api/v1'],
      }),
    apiKeyEnv: secretVariableSchema('the key')
      .exactOptional()
      .meta({
        description:
          'Environment variable that holds the key (default: ANTHROPIC_API_KEY, OPENAI_API_KEY, GOOGLE_GENERATIVE_AI_API_KEY, else <NAME>_API_KEY).',
        examples: ['OPENROUTER_API_KEY'],
      }),
    headers: headersSchema.exactOptional(),
    parameters: requestParametersSchema.exactOptional().meta({
      description: "Sent in the body of every question, as they are; a prompt's own parameters win.",
      examples: [{ provider: { order: ['mistral'], allow_fallbacks: false } }],
    }),
    timeoutMs: z
      .int()
      .min(1)
      .exactOptional()
      .meta({
        description: 'Longest time for one attempt of a request, in milliseconds (default 60000).',
        examples: [120_000],
      }),
    concurrency: z
      .int()
      .min(1)
      .exactOptional()
      .meta({ description: 'Most requests at a time (default: --concurrency, which is 20).', examples: [10] }),
    retries: z
      .int()
      .min(0)
      .exactOptional()
      .meta({
        description: 'Attempts after the first one has failed in a way that may pass (default 4).',
        examples: [2],
      }),
    files: filesSchema.exactOptional().meta({
      description: 'Recordings (JSON Lines) of a replay provider, as one glob or a list; required for replay.',
      examples: ['recordings/*.jsonl'],
    }),
  })
  .meta({ description: 'A provider; only what differs from its defaults.' })

export const providersSchema = z
  .record(
    z.string().regex(/^[^:/\s]+$/, 'a provider name holds no ":", "/" or space'),
    providerSchema,
    'expected providers by name',
  )
  .superRefine((providers, context) => {
    for (const [name, settings] of Object.entries(providers)) {
      const kind = settings.kind ?? implicitKind(name)
      const problem = (key: string, message: string) => context.addIssue({ code: 'custom', path: [name, key], message })
      if (kind === undefined) problem('kind', `missing; expected one of ${kinds.join(', ')}`)
      const implicit = kind === 'openai-compatible' && settings.apiKeyEnv === undefined && keyVariable(name, { kind })
      if (implicit && isWorkflowToken(implicit))
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `its key would be read from ${implicit}: ${workflowTokenFault(implicit)}`,
        })
      if (kind === 'openai-compatible' && settings.baseURL === undefined)
        problem('baseURL', 'missing; openai-compatible needs it')
      if (kind === 'replay' && settings.files === undefined)
        problem('files', 'missing; a replay provider needs its recordings')
      if (kind === 'replay' && realProvider(name) !== undefined) problem('kind', borrowedName(name))
      if (kind !== 'replay' && settings.files !== undefined) problem('files', 'only a replay provider reads files')
    }
  })
  .transform(
    (providers): Record<string, ProviderSettings> =>
      Object.fromEntries(
        Object.entries(providers).map(([name, settings]) => [
          name,
          { ...settings, kind: settings.kind ?? implicitKind(name) ?? 'openai-compatible' },
        ]),
      ),
  )

function implicitKind(name: string): ProviderSettings['kind'] | undefined {
  return implicitProviders.find((implicit) => implicit === name)
}

/** The provider that a reader would take a name for, in any spelling. */
function realProvider(name: string): string | undefined {
  const letters = name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
  return implicitProviders.find((real) => real === letters)
}

function borrowedName(name: string): string {
  return `"${name}" is the name of a real provider, and recordings must not answer in its name; call this one e.g. recorded, and write recorded:model where its answers are wanted`
}

export interface ProviderSettings {
  kind: (typeof kinds)[number]
  baseURL?: string
  apiKeyEnv?: string
  headers?: Record<string, string>
  /** Parameters that are sent in the body of every request. */
  parameters?: RequestParameters
  timeoutMs?: number
  concurrency?: number
  retries?: number
  /** Globs of recordings, relative to the project's root; set if and only if `kind` is replay. */
  files?: string[]
}
