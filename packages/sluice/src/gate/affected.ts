import path from 'node:path'
import picomatch from 'picomatch'
import type { CheckSpec } from '../suite/check-spec.ts'
import type { Config } from '../suite/config.ts'
import { parseModelId } from '../suite/model.ts'
import type { Prompt } from '../suite/prompt.ts'

/** A feature whose behaviour or whose measure a change may have touched, and by which files. */
export interface Affected {
  prompt: Prompt
  /** The changed files, relative to the project; empty when every feature was asked for. */
  because: string[]
}

/**
 * The features that `changed` touches: their prompt, their suites, the configuration (judge, providers, gate), the
 * recordings that answer for them, or a module of theirs. Paths are relative to the project's root.
 */
export function affectedFeatures(prompts: readonly Prompt[], config: Config, changed: readonly string[]): Affected[] {
  return prompts
    .map((prompt) => ({ prompt, because: changed.filter((file) => touches(file, prompt, config)) }))
    .filter(({ because }) => because.length > 0)
}

function touches(file: string, prompt: Prompt, config: Config): boolean {
  return (
    file === prompt.file ||
    file === config.file ||
    Object.values(prompt.suites).includes(file) ||
    recordingsOf(prompt, config).some((glob) => picomatch.isMatch(file, glob)) ||
    modulesOf(prompt).includes(path.resolve(config.root, file))
  )
}

function recordingsOf(prompt: Prompt, config: Config): string[] {
  return [prompt.model, config.judge.model].flatMap((model) => {
    const settings = config.providers[parseModelId(model)?.provider ?? '']
    return settings?.kind === 'replay' ? (settings.files ?? []) : []
  })
}

function modulesOf(prompt: Prompt): string[] {
  const ofChecks = prompt.checks.map(moduleOf).filter((module) => module !== undefined)
  return prompt.target?.kind === 'module' ? [prompt.target.file, ...ofChecks] : ofChecks
}

function moduleOf(spec: CheckSpec): string | undefined {
  return spec.type === 'module' ? spec.value.split('#')[0] : undefined
}
