import type { Clock } from '@sluice/client'
import type { TokenRecord, TokenStore } from '../../store/token-store.ts'
import { isSameHash, tokenHash } from './token-secret.ts'

const lifeMs = 2000
const mostKept = 10_000

/** Finds the record of a token; what was found is believed for 2 s, so that a revocation takes no longer. */
export interface TokenDirectory {
  /** The record of a token that is neither revoked nor expired. */
  find(secret: string): Promise<TokenRecord | undefined>
}

export function createTokenDirectory(store: TokenStore, clock: Clock): TokenDirectory {
  const known = new Map<string, { record: TokenRecord | undefined; until: number }>()

  async function lookUp(hash: string): Promise<TokenRecord | undefined> {
    const now = clock.now()
    const kept = known.get(hash)
    if (kept && now < kept.until && now >= kept.until - lifeMs) return kept.record
    const record = await store.tokenByHash(hash)
    if (known.size >= mostKept) known.clear()
    known.set(hash, { record, until: now + lifeMs })
    return record
  }

  return {
    async find(secret) {
      const hash = tokenHash(secret)
      const record = await lookUp(hash)
      return record && isSameHash(record.hash, hash) && isValid(record, clock.now()) ? record : undefined
    },
  }
}

export function isValid({ revokedAt, expiresAt }: TokenRecord, now: number): boolean {
  return revokedAt === null && (expiresAt === null || now < expiresAt)
}
