import { formatSpan } from '../../../text/format.ts'
import { ruleFor } from '../../approval/approval-rule.ts'
import { type SettingsPage, type ShownToken, settingsPage } from '../../pages/settings.ts'
import { type Caller, covers, hasScope } from '../access/caller.ts'
import { ruleText } from '../needed-approval.ts'
import type { Services } from '../services.ts'
import { defineOwnPage } from './page-route.ts'

export const showSettings = defineOwnPage({
  path: '/settings',
  async show({ caller, session }, services) {
    const { store, clock, settings, engineState } = services
    // As in the API, tokens are for admins, and those that reach further than one's own are not shown.
    const visible = hasScope(caller, ['admin'])
      ? (await store.tokens()).filter(({ features }) => covers(caller, features))
      : null
    return settingsPage({
      own: session.record,
      sessionEndsAt: session.expiresAt,
      formKey: session.formKey,
      tokens: visible?.toSorted((a, b) => a.createdAt - b.createdAt).map(shown) ?? null,
      publicUrl: settings.publicUrl,
      approvals: shownRules(services, caller),
      github: (await engineState.github?.()) ?? null,
      now: clock.now(),
    })
  },
})

/** The rules by their patterns; for who may see some features only, what holds for each of these. */
function shownRules({ approvals }: Services, { features }: Caller): SettingsPage['approvals'] {
  const all =
    features === null ? Object.entries(approvals) : features.map((name) => [name, ruleFor(approvals, name)] as const)
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

/** Neither the secret, which nobody knows, nor its hash. */
function shown({ id, name, scopes, features, createdAt, expiresAt, revokedAt, person }: ShownToken): ShownToken {
  return { id, name, scopes, features, createdAt, expiresAt, revokedAt, ...(person && { person }) }
}
