import type { ReleaseStore } from '../../store/release-store.ts'
import type { TokenRecord } from '../../store/token-store.ts'
import type { Caller } from './caller.ts'

export interface TokenAct {
  action: 'token.create' | 'token.revoke' | 'token.seed'
  /** ms since the epoch. */
  at: number
  caller: Pick<Caller, 'name' | 'tokenId'>
}

/** Writes a token together with its row in the log of the system, which knows it by its id and never by its hash. */
export async function commitToken(
  store: ReleaseStore,
  token: TokenRecord,
  { action, at, caller }: TokenAct,
): Promise<void> {
  const { hash: _, ...after } = token
  await store.commit({
    token,
    audit: {
      chain: '_system',
      at,
      actor: caller.name,
      tokenId: caller.tokenId,
      action,
      reason: null,
      before: null,
      after,
      evidence: null,
    },
  })
}
