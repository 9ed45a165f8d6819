import type { Clock } from '@sluice/client'
import type { Scope } from '../../records/token-scopes.ts'
import { changeToken } from '../server/access/change-token.ts'
import { newTokenSecret, tokenHash } from '../server/access/token-secret.ts'
import type { Store } from '../store/store.ts'

const holders = {
  client: { name: 'demo-applications', scope: 'client' },
  ci: { name: 'demo-ci', scope: 'ci' },
  operator: { name: 'demo-operator', scope: 'operator' },
} as const satisfies Record<string, { name: string; scope: Scope }>

const idOf = (holder: keyof typeof holders) => `t-${holders[holder].name}`

/** The id of the token of whoever looks at the pages. */
export const visitorTokenId = idOf('operator')

/** The secrets of the tokens of a demo: each may do what its holder needs, and no more. */
export type DemoTokens = Record<keyof typeof holders, string>

/** Makes the tokens. Nobody is an admin. */
export async function makeDemoTokens(
  store: Store,
  { clock, randomBytes }: { clock: Clock; randomBytes: (size: number) => Uint8Array },
): Promise<DemoTokens> {
  const made = (Object.keys(holders) as (keyof typeof holders)[]).map(async (holder) => {
    const { name, scope } = holders[holder]
    const secret = newTokenSecret(randomBytes)
    const limits = { scopes: [scope], features: null, expiresAt: null, revokedAt: null }
    const record = { id: idOf(holder), name, hash: tokenHash(secret), createdAt: clock.now(), ...limits }
    const act = { action: 'token.seed', at: clock.now(), caller: { name: 'sluice', tokenId: null } } as const
    await changeToken(store, record.id, (stored) => (stored ? undefined : record), act)
    return [holder, secret] as const
  })
  return Object.fromEntries(await Promise.all(made)) as DemoTokens
}
