import type { Clock } from '@sluice/client'
import type { TokenRecord } from '../../../records/token.ts'
import type { Store } from '../../store/store.ts'
import { expiryTime } from '../../store/store-clock.ts'
import type { TokenStore } from '../../store/token-store.ts'
import { isSameHash, tokenHash } from './token-secret.ts'

const lifeMs = 2000
const mostKept = 10_000

/** Finds the record of a token. A record is cached for 2 s, so a revocation takes effect within that time. */
export interface TokenDirectory {
  /** The record of a token that is neither revoked nor expired. */
  find(secret: string): Promise<TokenRecord | undefined>
  /** The record of the token with this id, likewise. */
  byId(id: string): Promise<TokenRecord | undefined>
}

export function createTokenDirectory(store: TokenStore & Pick<Store, 'now'>, clock: Clock): TokenDirectory {
  const known = new Map<string, { record: Promise<TokenRecord | undefined>; until: number }>()

  /** Requests that come while it is read wait for the same read: two hundred open pages ask at the same moment. */
  function kept(key: string, read: () => Promise<TokenRecord | undefined>): Promise<TokenRecord | undefined> {
    const now = clock.now()
    const before = known.get(key)
    if (before && now < before.until && now >= before.until - lifeMs) return before.record
    const record = read()
    if (known.size >= mostKept) known.clear()
    const entry = { record, until: now + lifeMs }
    known.set(key, entry)
    record.catch(() => known.get(key) === entry && known.delete(key))
    return record
  }

  const isGood = (record: TokenRecord | undefined) =>
    record !== undefined && isValid(record, expiryTime(store, clock)) ? record : undefined

  return {
    async find(secret) {
      const hash = tokenHash(secret)
      const record = await kept(`hash ${hash}`, () => store.tokenByHash(hash))
      return record && isSameHash(record.hash, hash) ? isGood(record) : undefined
    },
    byId: async (id) => isGood(await kept(`id ${id}`, () => store.tokenById(id))),
  }
}

export function isValid({ revokedAt, expiresAt }: TokenRecord, now: number): boolean {
  return revokedAt === null && (expiresAt === null || now < expiresAt)
}
