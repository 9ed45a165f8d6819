import { baseURLInEnvironment, baseURLOf, publicBaseURL } from '../../core/providers/api/base-url.ts'
import type { ApiKind, Env } from '../../core/providers/api-key.ts'
import type { Config } from '../../core/suite/config/config.ts'
import type { NotifySettings } from '../../core/suite/config/notify-settings.ts'
import { keyVariable } from '../../core/suite/models/key-variable.ts'
import { implicitProviders, type ProviderSettings } from '../../core/suite/models/provider-settings.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import { variablesInText } from '../../core/suite/values/environment-text.ts'
import { shownAddress } from '../../masking/address.ts'
import { credentialsForApplications } from '../../masking/secret-names.ts'

/** One variable of the environment, and a place that its value is handed to. */
export interface SecretFlow {
  /** A workflow allows it by this name: a provider, the feature of a target, or `notify`. */
  name: string
  variable: string
  /** The whole address or command; it may itself hold a secret. */
  to: string
  /** The place as it may be shown, without what may be a secret. */
  shown: string
  /** Whether the place is known to be the provider's own, or was named by the workflow. */
  isUsual: boolean
}

/** What a project says about where secrets go. */
export interface FlowSettings {
  config: Pick<Config, 'providers' | 'notify'>
  prompts: readonly Pick<Prompt, 'feature' | 'target'>[]
}

/** Every way that a secret of the environment takes out of this process; variables that are not set take none. */
export function secretFlows({ config: { providers, notify = [] }, prompts }: FlowSettings, env: Env): SecretFlow[] {
  const all: Record<string, ProviderSettings> = {
    ...Object.fromEntries(implicitProviders.map((name) => [name, { kind: name }])),
    ...providers,
  }
  const flows = [
    ...Object.entries(all).flatMap(([name, settings]) => ofProvider(name, settings, env)),
    ...prompts.flatMap((prompt) => ofTarget(prompt, env)),
    ...notify.flatMap((entry) => ofChannel(entry)),
  ]
  return flows.filter(({ variable }) => env[variable]?.trim())
}

/** A flow that the base does not have, and where the same variable goes there. */
export interface NewFlow extends SecretFlow {
  before: string[]
}

/**
 * The flows that the change under test brings. Without a base those are new that lead anywhere but to a provider's own
 * address, or to one that the environment names.
 */
export function newFlows(now: readonly SecretFlow[], base: readonly SecretFlow[] | undefined): NewFlow[] {
  if (base === undefined) return now.filter(({ isUsual }) => !isUsual).map((flow) => ({ ...flow, before: [] }))
  const known = new Set(base.map(({ variable, to }) => `${variable} ${to}`))
  return now
    .filter(({ variable, to }) => !known.has(`${variable} ${to}`))
    .map((flow) => {
      const before = base.filter(({ variable }) => variable === flow.variable).map(({ shown }) => shown)
      return { ...flow, before: [...new Set(before)] }
    })
}

function ofProvider(name: string, { kind, apiKeyEnv, headers, baseURL }: ProviderSettings, env: Env): SecretFlow[] {
  if (kind === 'replay' || (kind === 'openai-compatible' && baseURL === undefined)) return []
  const to = withoutSlash(baseURLOf(name, kind, { ...(baseURL !== undefined && { baseURL }) }, env))
  const isUsual = isUsualAddress(to, kind, env)
  const variables = [keyVariable(name, { kind, apiKeyEnv }), ...headerVariables(headers)]
  return variables.map((variable) => ({ name, variable, to, shown: shownAddress(to), isUsual }))
}

function isUsualAddress(address: string, kind: ApiKind, env: Env): boolean {
  return address === publicBaseURL(kind) || address === withoutSlash(baseURLInEnvironment(kind, env) ?? '')
}

/**
 * The program of a command gets the environment, with the keys in it; a server that is started, and what prepares a
 * worktree, only what `env` names. Of a module of the project the code is what decides.
 */
function ofTarget({ feature, target }: FlowSettings['prompts'][number], env: Env): SecretFlow[] {
  if (target === undefined) return []
  const named = headerVariables(target.env)
  const toCommand = (command: readonly string[], variables: readonly string[]) => {
    const place = { to: JSON.stringify(command), shown: `the command ${command.join(' ')}`, isUsual: false }
    return [...new Set(variables)].map((variable) => ({ name: feature, variable, ...place }))
  }
  const toSetup = (target.setup ?? []).flatMap((command) => toCommand(command, named))
  if (target.kind === 'module') return toSetup
  if (target.kind === 'command')
    return [...toSetup, ...toCommand(target.command, [...credentialsForApplications(env), ...named])]
  const toAddress = (url: string) => {
    const place = { to: withoutSlash(url), shown: shownAddress(url), isUsual: false }
    return headerVariables(target.headers).map((variable) => ({ name: feature, variable, ...place }))
  }
  return [
    ...[target.url, target.baselineUrl].flatMap((url) => (url === undefined ? [] : toAddress(url))),
    ...toSetup,
    ...(target.start ? toCommand(target.start.command, named) : []),
  ]
}

function ofChannel({ slack, webhook, pagerduty }: NotifySettings): SecretFlow[] {
  const place = (url: string | undefined, usual: string) => {
    return url === undefined
      ? { to: usual, shown: usual, isUsual: true }
      : { to: url, shown: shownAddress(url), isUsual: false }
  }
  const inVariable = (variable: string) => ({ variable, ...place(undefined, `the address in ${variable}`) })
  const flows = [
    ...(slack ? [inVariable(slack.urlEnv)] : []),
    ...(webhook?.urlEnv ? [inVariable(webhook.urlEnv)] : []),
    ...(webhook ? [{ variable: webhook.secretEnv, ...place(webhook.url, `the address in ${webhook.urlEnv}`) }] : []),
    ...(pagerduty ? [{ variable: pagerduty.routingKeyEnv, ...place(pagerduty.url, 'PagerDuty') }] : []),
  ]
  return flows.map((flow) => ({ name: 'notify', ...flow }))
}

function headerVariables(headers: Readonly<Record<string, string>> = {}): string[] {
  return Object.values(headers).flatMap(variablesInText)
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, '')
}
