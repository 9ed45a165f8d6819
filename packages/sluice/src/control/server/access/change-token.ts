import type { TokenRecord } from '../../../records/token.ts'
import { systemChain } from '../../release/audit.ts'
import type { Store } from '../../store/store.ts'
import { StoreError } from '../../store/store-error.ts'
import type { Caller } from './caller.ts'

export interface TokenAct {
  action: 'token.create' | 'token.revoke' | 'token.reinstate' | 'token.seed' | 'token.end-sessions' | 'person.rights'
  /** Time of the change, in ms since the epoch. */
  at: number
  caller: Pick<Caller, 'name' | 'tokenId'>
  /** Why it may be so. */
  evidence?: Record<string, unknown>
}

/** Others change a token once a day; whoever loses this often has found a fault. */
const mostAttempts = 20

/**
 * Writes a token together with its row in the audit chain `_system`. The row has the token's id, never its hash.
 *
 * `change` makes the next record of the stored one, undefined: of none. It is asked again if another change came
 * between, so that nothing is written of an outdated record: whoever signs out everywhere while their token is revoked
 * must not take the revocation back. If it returns undefined, nothing is written, and what is stored is returned.
 */
export async function changeToken(
  store: Pick<Store, 'tokenById' | 'commit'>,
  id: string,
  change: (stored: TokenRecord | undefined) => TokenRecord | undefined,
  { action, at, caller, evidence }: TokenAct,
): Promise<TokenRecord | undefined> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const stored = await store.tokenById(id)
    const after = change(stored)
    if (!after) return stored
    const { outcome } = await store.commit({
      token: { before: stored ?? null, after },
      audit: {
        chain: systemChain,
        at,
        actor: caller.name,
        tokenId: caller.tokenId,
        action,
        reason: null,
        before: stored ? withoutHash(stored) : null,
        after: withoutHash(after),
        evidence: evidence ?? null,
      },
    })
    if (outcome !== 'conflict') return after
  }
  throw new StoreError('busy', `the token ${id} was changed ${mostAttempts} times meanwhile`)
}

function withoutHash({ hash: _, ...record }: TokenRecord): Omit<TokenRecord, 'hash'> {
  return record
}
