import { z } from 'zod'
import { gateSettingsSchema } from './gate-settings.ts'
import { modelIdSchema, modelParametersSchema } from './model.ts'
import { nightlySettingsSchema } from './nightly-settings.ts'
import { notifySchema } from './notify-settings.ts'
import { providersSchema } from './provider-settings.ts'

export const defaultJudgeModel = 'anthropic:claude-haiku-4-5-20251001'
export const defaultPrompts = '{prompts,.github/prompts}/**/*.prompt.{yml,yaml}'

const usd = z.number().min(0)

const priceSchema = z
  .strictObject({
    input: usd.meta({ description: 'Input tokens.' }),
    output: usd.meta({ description: 'Output tokens.' }),
    cachedInput: usd.exactOptional().meta({ description: 'Input tokens read from the cache (default: as input).' }),
    cacheWrite: usd.exactOptional().meta({ description: 'Input tokens written to the cache (default: as input).' }),
  })
  .meta({ description: 'USD per million tokens.' })

const judgeSchema = z.strictObject({
  model: modelIdSchema.exactOptional().meta({ description: `provider:model (default ${defaultJudgeModel}).` }),
  parameters: modelParametersSchema.exactOptional(),
})

/** `sluice.yaml`; every key has a default. */
export const configSchema = z
  .strictObject({
    sluice: z.literal(1).exactOptional().meta({ description: 'Version of the format: 1.' }),
    prompts: z
      .string()
      .min(1)
      .exactOptional()
      .meta({ description: `Glob of the prompt files (default ${defaultPrompts}).` }),
    judge: judgeSchema.exactOptional().meta({ description: 'Who answers the rubric.' }),
    embedding: z
      .strictObject({ model: modelIdSchema.meta({ description: 'provider:model.' }) })
      .exactOptional()
      .meta({ description: 'Model of similarity checks with the metric embedding.' }),
    gate: gateSettingsSchema.exactOptional(),
    nightly: nightlySettingsSchema.exactOptional(),
    notify: notifySchema.exactOptional(),
    providers: providersSchema.exactOptional().meta({ description: "Only what differs from the providers' defaults." }),
    prices: z
      .record(z.string().min(1), priceSchema)
      .exactOptional()
      .meta({ description: 'Overrides the price table; keys are provider:model, * matches anything.' }),
  })
  .meta({ title: 'sluice.yaml', description: 'Configuration of a Sluice project.' })
