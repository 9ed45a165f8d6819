import type { Target } from '../../suite/prompt/target.ts'
import { fillFromEnvironment } from '../../suite/values/environment-text.ts'
import type { Env } from '../api-key.ts'
import { ProviderError } from '../provider-error.ts'
import type { TargetOptions } from './target-call.ts'

/** The variables that a process of a target has beside those of the environment. */
export function processVariables(
  target: Pick<Target, 'env' | 'movedEnv'>,
  { env, tested }: TargetOptions,
): Record<string, string> {
  const { promptFile } = tested ?? {}
  return {
    ...targetVariables(target, env),
    ...target.movedEnv,
    ...(promptFile !== undefined && { SLUICE_PROMPT_FILE: promptFile }),
  }
}

/**
 * What `env` of a target says, with the values of its variables.
 * @throws ProviderError `auth`, fatal, with the name of the missing variable
 */
export function targetVariables({ env: written = {} }: Pick<Target, 'env'>, env: Env): Record<string, string> {
  const filled = Object.entries(written).map(([name, text]) => {
    const value = fillFromEnvironment(text, env, (missing) => {
      const fault = `target: the variable ${name} of env has no value; set the environment variable ${missing}`
      throw new ProviderError('auth', fault, { fatal: true })
    })
    return [name, value] as const
  })
  return Object.fromEntries(filled)
}
