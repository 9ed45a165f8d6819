import { type ShownToken, settingsPage } from '../../pages/settings.ts'
import { covers, hasScope } from '../access/caller.ts'
import { defineOwnPage } from './page-route.ts'

export const showSettings = defineOwnPage({
  path: '/settings',
  async show({ caller, session }, { store, clock, settings, engineState }) {
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
      github: (await engineState.github?.()) ?? null,
      now: clock.now(),
    })
  },
})

/** Neither the secret, which nobody knows, nor its hash. */
function shown({ id, name, scopes, features, createdAt, expiresAt, revokedAt, person }: ShownToken): ShownToken {
  return { id, name, scopes, features, createdAt, expiresAt, revokedAt, ...(person && { person }) }
}
