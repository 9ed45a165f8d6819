import { gitSettingsWithoutCredentials, isGitSetting, secretsOfGit, secretsOfValue } from './git-settings.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Parts of a name, between underscores, that show a credential. */
const credentialPart =
  /(?:^|_)(?:[A-Z]*(?:PASSWORD|PASSWD|PASSPHRASE|SECRETS?|TOKEN|APIKEY|ACCESSKEY|PRIVATEKEY|CREDENTIALS?)|PASS|PAT|JWT|KEY|COOKIE|WEBHOOK|CONNECTION_STRING)(?:_|$)|[A-Z0-9]_PWD$/i
/** Ends of such a name that show that the variable only describes a credential, or holds another kind of key. */
const notItself =
  /(?:^|_)(?:(?:CACHE|SORT|PARTITION|PRIMARY|FOREIGN|PUBLIC|GROUP|HASH|HOST)_KEY|(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)_(?:\w+_)?(?:ID|NAME|ENV|PATH|FILE|DIR|PREFIX|TYPE|URL|URI|TTL|LIMIT|COUNT|LENGTH))$/i
const workflowToken = /^(?:INPUT_.*|GITHUB_TOKEN|ACTIONS_.*|SLUICE_(?:.*_)?TOKEN|CI_JOB_TOKEN|SYSTEM_ACCESSTOKEN)$/i

/**
 * Whether a variable belongs to the workflow and never to an application or a provider. Such are tokens for the
 * repository, its caches and the control plane, and the inputs of the Action.
 */
export function isWorkflowToken(name: string): boolean {
  return workflowToken.test(name)
}

/** Whether a variable holds a credential, by its name alone. */
export function isCredentialName(name: string): boolean {
  return credentialPart.test(name) && !notItself.test(name) && !isGitSetting(name)
}

/** Files with which a step controls later steps of its job, and tokens that publish packages. */
const ofJobs = /^(?:GITHUB_(?:ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)|NODE_AUTH_TOKEN|NPM_TOKEN|GH_TOKEN)$/i
/** Programs, keys and the agent with which git gets at a repository. */
const ofGit = /^(?:(?:GIT|SSH)_ASKPASS|SSH_AUTH_SOCK|GIT_SSH(?:_COMMAND)?|GIT_(?:PROXY_)?SSL_(?:KEY|CERT))$/i

/**
 * Removes from an environment the variables that code under test must not see: the workflow's own, git's credentials
 * among them, and `more`, which the configuration reserves.
 */
export function withholdFrom(env: NodeJS.ProcessEnv, more: readonly string[]): void {
  const git = gitSettingsWithoutCredentials(env)
  for (const name of Object.keys(env)) {
    if (isWithheld(name) || more.includes(name) || isGitSetting(name)) delete env[name]
  }
  Object.assign(env, git)
}

/** The names of credentials that code under test may read, such as the keys of its models. */
export function credentialsForApplications(env: Env): string[] {
  return Object.keys(env).filter((name) => env[name]?.trim() && isCredentialName(name) && !isWithheld(name))
}

/**
 * The environment for code that needs no credentials: without them, by their names and by `more` names, and without
 * passwords in addresses.
 */
export function withoutCredentials(env: Env, more: readonly string[]): Env {
  const isSecret = ([name, value = '']: [string, string | undefined]) =>
    isCredentialName(name) || isWithheld(name) || more.includes(name) || secretsOfValue(name, value).length > 0
  const kept = Object.entries(env).filter((entry) => !isGitSetting(entry[0]) && !isSecret(entry))
  return { ...Object.fromEntries(kept), ...gitSettingsWithoutCredentials(env) }
}

function isWithheld(name: string): boolean {
  return isWorkflowToken(name) || ofJobs.test(name) || ofGit.test(name)
}

/** Everything in an environment that is a secret by its name, and the passwords in all of its addresses. */
export function secretsOfEnvironment(env: Env): string[] {
  const named = Object.entries(env).flatMap(([name, value = '']) =>
    isCredentialName(name) ? [value, ...secretsOfValue(name, value)] : secretsOfValue(name, value),
  )
  return [...named, ...secretsOfGit(env)]
}
