import type { Config } from '../suite/config.ts'
import { parseModelId } from '../suite/model.ts'
import type { Prompt } from '../suite/prompt.ts'
import { implicitProviders } from '../suite/provider-settings.ts'
import { variablesOf } from '../suite/template.ts'
import type { BaseProject } from './base-project.ts'

/** The version to compare with, or why there is none. */
export type Baseline = { prompt: Prompt; note?: never } | { prompt?: never; note: string }

/** What the candidate is compared with: the same feature in the base commit, if it says something else there. */
export function baselineOf(
  candidate: Prompt,
  base: Pick<BaseProject, 'prompts' | 'invalid'> | undefined,
  { providers }: Pick<Config, 'providers'>,
): Baseline {
  if (!base) return { note: 'There is no git repository, hence no baseline: judged against the threshold alone.' }
  if (candidate.target) {
    return {
      note: 'The application at the base commit cannot be called from here: judged against the threshold alone.',
    }
  }
  const prompt = base.prompts.find(({ feature }) => feature === candidate.feature)
  if (!prompt && base.invalid.includes(candidate.file)) {
    return {
      note: `${candidate.file} is not valid in the base commit, hence no baseline: judged against the threshold alone.`,
    }
  }
  if (!prompt) return { note: 'New feature, hence no baseline: judged against the threshold alone.' }
  if (prompt.id === candidate.id) {
    return { note: `The version ${candidate.id} is that of the base commit: judged against the threshold alone.` }
  }
  const provider = parseModelId(prompt.model)?.provider ?? prompt.model
  if (!Object.hasOwn(providers, provider) && !implicitProviders.some((name) => name === provider)) {
    return {
      note: `The baseline's provider "${provider}" is no longer in sluice.yaml: judged against the threshold alone.`,
    }
  }
  const missing = variablesIn(prompt).filter((name) => !variablesIn(candidate).includes(name))
  if (missing.length === 0) return { prompt }
  return {
    note: `The baseline needs ${missing.map((name) => `{{${name}}}`).join(', ')}, which the cases no longer have: judged against the threshold alone.`,
  }
}

function variablesIn({ messages, strict }: Prompt): string[] {
  return messages.flatMap(({ content }) => variablesOf(content, { strict }))
}
