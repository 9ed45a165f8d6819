import { secretsOfAddress } from './address.ts'

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
  return credentialPart.test(name) && !notItself.test(name) && !gitSetting.test(name)
}

/** Settings that git takes from its environment: their number, and the name and the value of each. */
const gitSetting = /^GIT_CONFIG_(?:COUNT|PARAMETERS|(?:KEY|VALUE)_\d+)$/
/** Settings of git that send a credential with each request. */
const gitHeader = /\.extraheader/i

/** `'http.extraheader'='AUTHORIZATION: basic …'`, as `git -c` hands it on to the programs that git starts. */
const handedOn = /\.extraheader'?='?([^']+)/gi

/** Headers that git sends: each as it is, and its last word, which is the credential. */
function secretsOfGit(env: Env): string[] {
  const numbered = Object.entries(env).map(([name, key = '']) => {
    const number = /^GIT_CONFIG_KEY_(\d+)$/.exec(name)?.[1]
    return number !== undefined && gitHeader.test(key) ? env[`GIT_CONFIG_VALUE_${number}`] : undefined
  })
  const handed = [...(env.GIT_CONFIG_PARAMETERS ?? '').matchAll(handedOn)].map(([, header]) => header)
  return [...numbered, ...handed].flatMap((header) => {
    const value = header?.trim()
    return value ? [value, value.split(/\s+/).at(-1) ?? value] : []
  })
}

/**
 * Files with which a step controls later steps of its job, tokens that publish packages, and programs that tell git the
 * password of a repository.
 */
const withheld =
  /^(?:GITHUB_(?:ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)|NODE_AUTH_TOKEN|NPM_TOKEN|GH_TOKEN|(?:GIT|SSH)_ASKPASS)$/i

/**
 * Removes from an environment the variables that code under test must not see: the workflow's own, git's credentials
 * among them, and `more`, which the configuration reserves.
 */
export function withholdFrom(env: NodeJS.ProcessEnv, more: readonly string[]): void {
  const git = gitSettingsWithoutCredentials(env)
  for (const name of Object.keys(env)) {
    if (isWithheld(name) || more.includes(name) || gitSetting.test(name)) delete env[name]
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
    isCredentialName(name) || isWithheld(name) || more.includes(name) || secretsOfAddress(value).length > 0
  const kept = Object.entries(env).filter((entry) => !gitSetting.test(entry[0]) && !isSecret(entry))
  return { ...Object.fromEntries(kept), ...gitSettingsWithoutCredentials(env) }
}

/**
 * Settings with which git gets at a repository. An empty one turns off what another file sets, and is no credential.
 */
const gitCredential = /\.extraheader$|^credential\.|^core\.askpass$/i

/**
 * The settings that git takes from an environment, without those that hold a credential. The others are counted anew,
 * since git refuses to work where one of a number is missing.
 */
function gitSettingsWithoutCredentials(env: Env): Record<string, string> {
  const handed = env.GIT_CONFIG_PARAMETERS
  const isHandedSecret = handed !== undefined && /extraheader|credential\.|askpass|:\/\/[^/'\s]*@/i.test(handed)
  const count = Math.min(Number(env.GIT_CONFIG_COUNT) || 0, mostSettings)
  const settings = Array.from({ length: count }, (_, i) => [env[`GIT_CONFIG_KEY_${i}`], env[`GIT_CONFIG_VALUE_${i}`]])
  const kept = settings.filter(([key = '', value = '']) => {
    const isCredential = gitCredential.test(key) && value !== ''
    return !isCredential && secretsOfAddress(key).length === 0 && secretsOfAddress(value).length === 0
  })
  return {
    ...(handed !== undefined && !isHandedSecret && { GIT_CONFIG_PARAMETERS: handed }),
    ...(kept.length > 0 && { GIT_CONFIG_COUNT: String(kept.length) }),
    ...Object.fromEntries(
      kept.flatMap(([key, value], i) => [
        ...(key === undefined ? [] : [[`GIT_CONFIG_KEY_${i}`, key]]),
        ...(value === undefined ? [] : [[`GIT_CONFIG_VALUE_${i}`, value]]),
      ]),
    ),
  }
}

const mostSettings = 1000

function isWithheld(name: string): boolean {
  return isWorkflowToken(name) || withheld.test(name)
}

/** Everything in an environment that is a secret by its name, and the passwords in all of its addresses. */
export function secretsOfEnvironment(env: Env): string[] {
  const named = Object.entries(env).flatMap(([name, value = '']) =>
    isCredentialName(name) ? [value, ...secretsOfAddress(value)] : secretsOfAddress(value),
  )
  return [...named, ...secretsOfGit(env)]
}
