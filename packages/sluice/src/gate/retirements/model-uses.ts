import type { Config } from '../../core/suite/config/config.ts'
import { judgeMembers } from '../../core/suite/config/judge-settings.ts'
import { configFileName } from '../../core/suite/config/load-config.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'

/** One place of a project that names a model. */
export interface ModelUse {
  role: 'prompt' | 'judge' | 'evaluator' | 'embedding'
  /** `provider:model` */
  model: string
  /** Null for what serves the whole project. */
  feature: string | null
  /** Relative to the root. A default that stands in no file is told of the configuration. */
  file: string
  /** Where in the file. */
  path: PropertyKey[]
}

/** Every model that a project names, the judge and the models of single evaluators included. */
export function modelUses(prompts: readonly Prompt[], { judge, embedding, file = configFileName }: Config): ModelUse[] {
  return [
    ...judgeMembers(judge).map(({ model, path }) => ({ role: 'judge' as const, model, feature: null, file, path })),
    ...(embedding
      ? [{ role: 'embedding' as const, model: embedding.model, feature: null, file, path: ['embedding', 'model'] }]
      : []),
    ...prompts.flatMap(usesOfPrompt),
  ]
}

function usesOfPrompt({ feature, file, model, choices }: Prompt): ModelUse[] {
  return [
    { role: 'prompt', model, feature, file, path: ['model'] },
    ...choices.flatMap((choice): ModelUse[] =>
      choice.model === undefined
        ? []
        : [{ role: 'evaluator', model: choice.model, feature, file, path: ['evaluators', choice.name] }],
    ),
  ]
}

/** `the judge`, `email-summary`, `an evaluator of triage`. */
export function useName({ role, feature }: ModelUse): string {
  if (role === 'prompt') return feature ?? 'a prompt'
  return role === 'evaluator' ? `an evaluator of ${feature}` : role === 'judge' ? 'the judge' : 'similarity checks'
}
