import { secretsOfAddress } from './address.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Names that hold credentials by the habit of those who choose names. */
const credentialName =
  /(?:^|_)(?:API_?KEY|ACCESS_?KEY|SECRET_?KEY|PRIVATE_?KEY|AUTH_?KEY|ROUTING_?KEY|SIGNING_?KEY|SUBSCRIPTION_?KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PAT)$/i
const workflowToken = /^(?:INPUT_.*|GITHUB_TOKEN|ACTIONS_.*|SLUICE_(?:.*_)?TOKEN|CI_JOB_TOKEN|SYSTEM_ACCESSTOKEN)$/i

/**
 * What belongs to the workflow, never to an application or a provider: tokens that may write to the repository, to its
 * caches and to the control plane, and the inputs of the Action.
 */
export function isWorkflowToken(name: string): boolean {
  return workflowToken.test(name)
}

/** Whether a variable holds a credential, by its name alone. */
export function isCredentialName(name: string): boolean {
  return credentialName.test(name)
}

/** Files by which a step gives orders to later steps of its job, and tokens that publish packages. */
const withheld = /^(?:GITHUB_(?:ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)|NODE_AUTH_TOKEN|NPM_TOKEN|GH_TOKEN)$/i

/**
 * Takes out of an environment what code under test must get no sight of: what belongs to the workflow, and `more`, which
 * the configuration keeps for itself.
 */
export function withholdFrom(env: NodeJS.ProcessEnv, more: readonly string[]): void {
  for (const name of Object.keys(env)) if (isWithheld(name) || more.includes(name)) delete env[name]
}

/** The variables of credentials that code under test does get, such as the keys of its models. */
export function credentialsForApplications(env: Env): string[] {
  return Object.keys(env).filter((name) => env[name]?.trim() && isCredentialName(name) && !isWithheld(name))
}

function isWithheld(name: string): boolean {
  return isWorkflowToken(name) || withheld.test(name)
}

/** Everything in an environment that is a secret by its name, and the passwords in all of its addresses. */
export function secretsOfEnvironment(env: Env): string[] {
  return Object.entries(env).flatMap(([name, value = '']) =>
    isCredentialName(name) ? [value, ...secretsOfAddress(value)] : secretsOfAddress(value),
  )
}
