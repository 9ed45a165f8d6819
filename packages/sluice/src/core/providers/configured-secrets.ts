import { privatePartsOf, secretsOfAddress } from '../../masking/address.ts'
import type { Mask } from '../../masking/mask.ts'
import { isCredentialName } from '../../masking/secret-names.ts'
import type { Config } from '../suite/config/config.ts'
import type { NotifySettings } from '../suite/config/notify-settings.ts'
import { keyVariable } from '../suite/models/key-variable.ts'
import type { Prompt } from '../suite/prompt/prompt.ts'
import { variablesInText } from '../suite/values/environment-text.ts'
import type { Env } from './api-key.ts'
import { secretsOfHeader } from './http/header-values.ts'

/** A secret of the configuration, and its place. */
export interface ConfiguredSecret {
  /** The variable that holds it; null if it is in the file itself. */
  variable: string | null
  /** The place for messages, e.g. `providers.gateway.headers.X-Key`. */
  place: string
  value: string
}

/** From now on the secrets of a project's configuration are masked in all output. */
export function learnSecrets(
  { config, prompts }: { config: Config; prompts: readonly Prompt[] },
  { mask, env }: { mask: Mask; env: Env },
): void {
  mask.learn(configuredSecrets(config, prompts, env).map(({ value }) => value))
}

const usualVariables = [
  'ANTHROPIC_API_KEY',
  'OPENAI_API_KEY',
  'GOOGLE_GENERATIVE_AI_API_KEY',
  'GEMINI_API_KEY',
  'GOOGLE_API_KEY',
]

/** Every secret that files of the project name or contain, if its value is known here. */
export function configuredSecrets(
  { providers, notify = [], server }: Pick<Config, 'providers' | 'notify' | 'server'>,
  prompts: readonly Pick<Prompt, 'feature' | 'target'>[],
  env: Env,
): ConfiguredSecret[] {
  const inVariable = (place: string) => (variable: string) => {
    const value = env[variable]?.trim()
    return value ? [{ variable, place, value }] : []
  }
  const ofProviders = Object.entries(providers).flatMap(([name, { kind, apiKeyEnv, baseURL, headers }]) => {
    const place = `providers.${name}`
    if (kind === 'replay') return []
    return [
      ...inVariable(place)(keyVariable(name, { kind, apiKeyEnv })),
      ...inFile(`${place}.baseURL`, privatePartsOf(baseURL ?? '')),
      ...ofHeaders(`${place}.headers`, headers, inVariable),
    ]
  })
  const ofTargets = prompts.flatMap(({ feature, target }) => [
    ...ofVariables(`target of ${feature}: env`, target?.env, inVariable),
    ...(target?.kind === 'http'
      ? [
          ...inFile(
            `target of ${feature}`,
            [target.url.replaceAll('{port}', '1'), target.baselineUrl ?? ''].flatMap(privatePartsOf),
          ),
          ...ofHeaders(`target of ${feature}: headers`, target.headers, inVariable),
        ]
      : []),
  ])
  const ofNotify = notify.flatMap((entry, index) => [
    ...notifyVariables(entry).flatMap(inVariable(`notify.${index}`)),
    ...inFile(`notify.${index}`, notifyAddresses(entry).flatMap(secretsOfAddress)),
  ])
  const ofServer = serverVariables(server).flatMap(inVariable('server'))
  return [...usualVariables.flatMap(inVariable('providers')), ...ofProviders, ...ofTargets, ...ofNotify, ...ofServer]
}

/**
 * The variables with secrets of Sluice's own, which no code of the project must see: those of `notify` and of `server`.
 */
export function reservedVariables({ notify = [], server }: Pick<Config, 'notify' | 'server'>): string[] {
  return [...notify.flatMap(notifyVariables), ...serverVariables(server)]
}

function serverVariables(server: Config['server']): string[] {
  const { github, oidc } = server ?? {}
  return [github?.tokenEnv, oidc?.clientSecretEnv].filter((name) => name !== undefined)
}

/** The variables that an entry of `notify` reads. */
function notifyVariables({ slack, webhook, pagerduty }: NotifySettings): string[] {
  const named = [slack?.urlEnv, webhook?.urlEnv, webhook?.secretEnv, pagerduty?.routingKeyEnv]
  return named.filter((name) => name !== undefined)
}

function notifyAddresses({ webhook, pagerduty }: NotifySettings): string[] {
  return [webhook?.url, pagerduty?.url].filter((url) => url !== undefined)
}

type InVariable = (place: string) => (variable: string) => ConfiguredSecret[]

function ofHeaders(
  place: string,
  headers: Readonly<Record<string, string>> | undefined,
  inVariable: InVariable,
): ConfiguredSecret[] {
  return Object.entries(headers ?? {}).flatMap(([name, text]) => {
    const at = `${place}.${name}`
    const variables = variablesInText(text)
    if (variables.length > 0) return variables.flatMap(inVariable(at))
    return isCredentialHeader(name) || looksLikeCredential(text) ? inFile(at, secretsOfHeader(text)) : []
  })
}

/** A variable that a target is given is a secret only if its name or its value looks like one. */
function ofVariables(
  place: string,
  given: Readonly<Record<string, string>> | undefined,
  inVariable: InVariable,
): ConfiguredSecret[] {
  return Object.entries(given ?? {}).flatMap(([name, text]) => {
    const at = `${place}.${name}`
    const variables = variablesInText(text)
    const isSecret = isCredentialName(name) || variables.some(isCredentialName)
    if (variables.length > 0)
      return variables.flatMap(inVariable(at)).filter(({ value }) => isSecret || looksLikeCredential(value))
    return isSecret || looksLikeCredential(text) ? inFile(at, [text]) : []
  })
}

function inFile(place: string, values: readonly string[]): ConfiguredSecret[] {
  return values.filter((value) => value !== '').map((value) => ({ variable: null, place, value }))
}

function isCredentialHeader(name: string): boolean {
  return isCredentialName(name.replaceAll('-', '_')) || /auth|cookie|credential|key|secret|token|password/i.test(name)
}

/** Whether a text has the prefix of a known kind of key, or is long, without spaces, and has letters and digits. */
function looksLikeCredential(text: string): boolean {
  const [, value = text] = /^(?:bearer|basic|token|key)\s+(\S+)$/i.exec(text) ?? []
  if (value !== text || /^(?:sk-|pk-|gh[a-z]_|github_pat_|xox|AKIA|AIza|eyJ|hf_|glpat-)/.test(value)) return true
  return value.length >= 20 && /^[\w+/=.~-]+$/.test(value) && /\d/.test(value) && /[a-z]/i.test(value)
}
