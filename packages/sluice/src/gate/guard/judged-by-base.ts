import type { Config } from '../../core/suite/config/config.ts'
import { implicitProviders } from '../../core/suite/models/provider-settings.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { FeatureMeasure } from './feature-changes.ts'
import { stricterSettings } from './settings-changes.ts'

/**
 * What a change asks of the model, judged by the checks, the rubric and the cases of the base, and by the stricter
 * settings.
 */
export function judgedByBase(base: FeatureMeasure, now: FeatureMeasure): Prompt {
  const { feature, id, model, parameters, messages, format, strict, file, live, rollout } = now.prompt
  const tested = { feature, id, model, parameters, messages, format, strict, file, live, rollout }
  const { label: _, target: __, ...measure } = base.prompt
  const settings = ({ config, prompt }: FeatureMeasure) => ({ ...config.gate, ...prompt.gate })
  const gate = stricterSettings(settings(base), settings(now))
  const { label, target } = now.prompt
  return { ...measure, ...tested, ...(label !== undefined && { label }), ...(target && { target }), gate }
}

/**
 * The present configuration with the judge of the base and with its prices; whatever provider had a name there, keeps
 * it. What the base did not know is the change's to add.
 */
export function configOfBase(base: Config, now: Config): Config {
  const { embedding: _, ...rest } = now
  const implicit = implicitProviders.filter((name) => !Object.hasOwn(base.providers, name))
  const providers = { ...now.providers, ...base.providers }
  for (const name of implicit) delete providers[name]
  return {
    ...rest,
    judge: base.judge,
    ...(base.embedding && { embedding: base.embedding }),
    providers,
    prices: { ...now.prices, ...base.prices },
  }
}
