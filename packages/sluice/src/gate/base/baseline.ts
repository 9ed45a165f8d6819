import type { Config } from '../../core/suite/config/config.ts'
import { providerName } from '../../core/suite/models/model.ts'
import { implicitProviders } from '../../core/suite/models/provider-settings.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { variablesOf } from '../../core/suite/values/template.ts'
import type { Predecessor } from './succession.ts'

/** The version to compare with, or why there is none. */
export type Baseline = { prompt: Prompt; note?: never } | { prompt?: never; note: string }

/** What the base commit says of a candidate. */
export interface BaselinePlace {
  /** The prompt that it goes on from. */
  predecessor: Predecessor | undefined
  /** Prompt files of the base of which nothing can be made. */
  invalid: readonly string[]
}

/** What the candidate is compared with: its predecessor in the base commit, if that says something else. */
export function baselineOf(
  candidate: Prompt,
  base: BaselinePlace | { missing: string },
  { providers }: Pick<Config, 'providers'>,
): Baseline {
  if ('missing' in base)
    return { note: `${base.missing}, so there is no baseline: judged against the threshold alone.` }
  const prompt = base.predecessor?.prompt
  if (!prompt && base.invalid.includes(candidate.file)) {
    return {
      note: `${candidate.file} is not valid in the base commit, so there is no baseline: judged against the threshold alone.`,
    }
  }
  if (!prompt) return { note: 'New feature, so there is no baseline: judged against the threshold alone.' }
  // Where an application answers, its code makes a version as well; what became of that is known elsewhere.
  if (prompt.target) return { prompt }
  if (prompt.id === candidate.id && !candidate.target) {
    return { note: `The version ${candidate.id} is that of the base commit: judged against the threshold alone.` }
  }
  const provider = providerName(prompt.model)
  if (!Object.hasOwn(providers, provider) && !implicitProviders.some((name) => name === provider)) {
    return {
      note: `The baseline's provider "${provider}" is no longer in sluice.yaml: judged against the threshold alone.`,
    }
  }
  const missing = candidate.target ? [] : variablesIn(prompt).filter((name) => !variablesIn(candidate).includes(name))
  if (missing.length === 0) return { prompt }
  return {
    note: `The baseline needs ${missing.map((name) => `{{${name}}}`).join(', ')}, which the cases no longer have: judged against the threshold alone.`,
  }
}

function variablesIn({ messages, strict }: Prompt): string[] {
  return messages.flatMap(({ content }) => variablesOf(content, { strict }))
}
