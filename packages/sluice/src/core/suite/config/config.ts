import { z } from 'zod'
import { defaultJudge } from '../models/default-judge.ts'
import { modelIdSchema } from '../models/model.ts'
import { type ProviderSettings, providersSchema } from '../models/provider-settings.ts'
import { type RetirementSettings, retirementsSchema } from '../models/retirements.ts'
import { type GateSettings, gateSettingsSchema } from './gate-settings.ts'
import { type JudgeSettings, judgeSettingsSchema } from './judge-settings.ts'
import { type NightlySettings, nightlySettingsSchema } from './nightly-settings.ts'
import { type NotifySettings, notifySchema } from './notify-settings.ts'
import { type ServerFileSettings, serverSettingsSchema } from './server-settings.ts'

export type { GateSettings, ProviderSettings }

export const defaultPrompts = '{prompts,.github/prompts}/**/*.prompt.{yml,yaml}'

const usd = z.number().min(0)

const priceSchema = z
  .strictObject({
    input: usd.meta({ description: 'USD per million input tokens.', examples: [3] }),
    output: usd.meta({ description: 'USD per million output tokens.', examples: [15] }),
    cachedInput: usd.exactOptional().meta({
      description: 'USD per million input tokens read from the cache of the provider (default: as input).',
      examples: [0.3],
    }),
    cacheWrite: usd.exactOptional().meta({
      description: 'USD per million input tokens written to the cache of the provider (default: as input).',
      examples: [3.75],
    }),
  })
  .meta({ description: 'USD per million tokens.' })

/** `sluice.yaml`; every key has a default. */
export const configSchema = z
  .strictObject({
    sluice: z
      .literal(1)
      .exactOptional()
      .meta({ description: 'Version of the format (default 1).', examples: [1] }),
    prompts: z
      .string()
      .min(1)
      .exactOptional()
      .meta({
        description: `Glob of the prompt files, relative to this file; of hidden folders its wildcards search only .github (default ${defaultPrompts}).`,
        examples: ['features/*/*.prompt.yml'],
      }),
    model: modelIdSchema.exactOptional().meta({
      description: 'Model of the prompt files that name none of their own.',
      examples: [defaultJudge.model],
    }),
    judge: judgeSettingsSchema.exactOptional().meta({
      description:
        'Who answers the rubric: one model, a panel of several, or a cascade of a cheap and an expensive one.',
      examples: [{ model: 'openai:gpt-5.4-mini-2026-03-17', parameters: { temperature: 0 } }],
    }),
    embedding: z
      .strictObject({
        model: modelIdSchema.meta({
          description: 'The model of embeddings.',
          examples: ['openai:text-embedding-3-small'],
        }),
      })
      .exactOptional()
      .meta({
        description: 'Model of similarity checks with the metric embedding.',
        examples: [{ model: 'openai:text-embedding-3-small' }],
      }),
    gate: gateSettingsSchema.exactOptional(),
    nightly: nightlySettingsSchema.exactOptional(),
    notify: notifySchema.exactOptional(),
    server: serverSettingsSchema.exactOptional(),
    providers: providersSchema.exactOptional().meta({
      description: "Servers by the name before the colon of a model; only what differs from the providers' defaults.",
      examples: [
        {
          anthropic: { concurrency: 10 },
          local: { kind: 'openai-compatible', baseURL: 'http://127.0.0.1:11434/v1' },
          recorded: { kind: 'replay', files: 'recordings/*.jsonl' },
        },
      ],
    }),
    prices: z
      .record(z.string().min(1), priceSchema)
      .exactOptional()
      .meta({
        description: 'Overrides the price table; keys are provider:model, * matches anything.',
        examples: [{ 'router:mistralai/*': { input: 0.2, output: 0.6 }, 'local:*': { input: 0, output: 0 } }],
      }),
    retirements: retirementsSchema.exactOptional(),
  })
  .meta({ title: 'sluice.yaml', description: 'Configuration of a Sluice project.' })

/** USD per million tokens. */
export interface PriceSettings {
  input: number
  output: number
  cachedInput?: number
  cacheWrite?: number
}

/** The project's configuration with every default filled in. */
export interface Config {
  /** Absolute. */
  root: string
  /** Relative to the root; absent when the project has no sluice.yaml. */
  file?: string
  /** Glob, relative to the root. */
  prompts: string
  /** `provider:model` of prompts that name none. */
  model?: string
  judge: JudgeSettings
  embedding?: { model: string }
  gate: GateSettings
  nightly?: NightlySettings
  /** Who is told about bad nights. */
  notify?: NotifySettings[]
  /** The settings of `sluice serve`. */
  server?: ServerFileSettings
  /** The providers as configured; anthropic, openai and google exist without an entry. */
  providers: Record<string, ProviderSettings>
  /** Prices by `provider:model`, with `*` as a wildcard. */
  prices: Record<string, PriceSettings>
  /** Ends of models, likewise, over the shipped table; false where none is known. */
  retirements?: RetirementSettings
}
