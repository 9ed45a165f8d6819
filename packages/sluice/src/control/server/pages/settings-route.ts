import {
  type Environments,
  environmentName,
  keyOf,
  partsOf,
  shownKey,
} from '../../../core/suite/config/environments.ts'
import { matchesWildcards } from '../../../core/suite/models/wildcards.ts'
import type { TokenRecord } from '../../../records/token.ts'
import { formatSpan } from '../../../text/format.ts'
import { ruleFor } from '../../approval/approval-rule.ts'
import { githubLoop, progressName } from '../../github/github-progress.ts'
import { type SettingsPage, type ShownToken, settingsPage } from '../../pages/settings.ts'
import { type Caller, hasScope, maySeeAll, maySeeToken, tokenReach } from '../access/caller.ts'
import { oneIssuer } from '../access/people.ts'
import { areSameRules, notedRules } from '../approvals/noted-rules.ts'
import { faultsFor } from '../health.ts'
import { ruleText } from '../needed-approval.ts'
import type { Services } from '../services.ts'
import { defineOwnPage } from './page-route.ts'

export const showSettings = defineOwnPage({
  path: '/settings',
  async show({ caller, session }, services) {
    const { store, clock, settings, engineState, environments, oidc } = services
    // Only admins see tokens, as in the API, and none that reach further than their own.
    const visible = hasScope(caller, ['admin'])
      ? (await store.tokens()).filter((record) => maySeeToken(caller, record, environments))
      : null
    const { faults } = faultsFor(services, caller)
    const [github, leases] = await Promise.all([engineState.github?.() ?? null, store.leases()])
    return settingsPage({
      own: session.record,
      sessionEndsAt: session.expiresAt,
      formKey: session.formKey,
      tokens: visible?.toSorted((a, b) => a.createdAt - b.createdAt).map((token) => shown(token, environments)) ?? null,
      issuer: oidc && oneIssuer(oidc.settings),
      publicUrl: settings.publicUrl,
      approvals: shownRules(services, caller),
      // What differs may be about features that the reader may not see.
      othersAsk: maySeeAll(caller, environments) && (await othersAsk(services)),
      github,
      githubFaults: faults
        .filter(({ loop }) => loop === githubLoop)
        .map(({ feature, ...fault }) => ({ ...fault, feature: feature && shownKey(feature, environments) })),
      channels: engineState.channels?.().map((id) => shownChannel(id, leases, faults)) ?? null,
      followsGithub: github !== null && leases.some(({ name }) => name === progressName(github.repository)),
      now: clock.now(),
    })
  },
})

/** Its id names the variable that has its address, and no secret. */
function shownChannel(
  id: string,
  leases: readonly { name: string }[],
  faults: ReturnType<typeof faultsFor>['faults'],
): NonNullable<SettingsPage['channels']>[number] {
  const fault = faults.find(({ loop }) => loop === `telling ${id}`)
  return {
    id,
    isFollowed: leases.some(({ name }) => name.startsWith(`notify:${id} `)),
    fault: fault ? { code: fault.code, since: fault.since, failures: fault.failures } : null,
  }
}

/**
 * Whether a server that was started since, on another replica, asks for other approvals: then releases by it follow its
 * rules.
 */
async function othersAsk({ store, approvals }: Services): Promise<boolean> {
  const noted = await notedRules(store)
  return noted !== undefined && !areSameRules(noted, approvals)
}

/**
 * The rules by their patterns in the environments that one may see; for some features only, what holds for each of
 * these.
 */
function shownRules(services: Services, { features, environments }: Caller): SettingsPage['approvals'] {
  const { approvals, environments: names } = services
  const own = environmentNames(environments, names)
  const keys = features?.flatMap((feature) => environments.map((environment) => keyOf({ feature, environment })))
  const all =
    keys?.map((key) => [shownKey(key, names), ruleFor(services, key)] as const) ??
    Object.entries(approvals).filter(([pattern]) => isAboutOne(pattern, own))
  return all.flatMap(([name, rule]) => {
    if (!rule) return []
    return [
      {
        features: name,
        text: rule.approvals === 0 ? 'none is needed' : `${ruleText(rule)}, within ${formatSpan(rule.expires)}`,
      },
    ]
  })
}

function isAboutOne(pattern: string, names: readonly string[]): boolean {
  const { environment } = partsOf(pattern)
  return environment === null || names.some((name) => matchesWildcards(environment, name))
}

const environmentNames = (environments: Caller['environments'], names: Environments) =>
  environments.map((environment) => environmentName(keyOf({ feature: '', environment }), names) ?? '')

/**
 * Neither the secret, which nobody knows, nor its hash. Environments also where a token that names none has not all of
 * them.
 */
function shown(token: TokenRecord, names: Environments): ShownToken {
  const { id, name, scopes, features, createdAt, expiresAt, revokedAt, person } = token
  const reached = tokenReach(token, names).environments
  const environments =
    token.environments ?? (reached.length < names.length ? environmentNames(reached, names) : undefined)
  const limits = { features, ...(environments && { environments }) }
  return { id, name, scopes, ...limits, createdAt, expiresAt, revokedAt, ...(person && { person }) }
}
