import type { Clock } from '@sluice/client'
import { SluiceError } from '../../errors.ts'
import type { Store } from '../../store/store.ts'
import { commitToken } from './commit-token.ts'
import { isValid } from './token-directory.ts'
import { tokenHash } from './token-secret.ts'

const leastLength = 16

/**
 * Makes the token of `SLUICE_ADMIN_TOKEN` known, once. Returns whether anybody can get in at all: some token is valid.
 * @throws SluiceError `invalid-input` where it is too short, or was revoked
 */
export async function seedAdmin(store: Store, clock: Clock, secret: string | undefined): Promise<boolean> {
  const now = clock.now()
  if (secret) {
    if (secret.length < leastLength || /\s/.test(secret))
      throw fault(`must be at least ${leastLength} characters without spaces: try "openssl rand -hex 32"`)
    const hash = tokenHash(secret)
    const known = await store.tokenByHash(hash)
    if (known && !isValid(known, now)) throw fault('was revoked: take a new one, or none')
    if (!known) {
      const limits = { scopes: ['admin' as const], features: null, expiresAt: null, revokedAt: null }
      const token = { id: `t-admin-${hash.slice(0, 8)}`, name: 'SLUICE_ADMIN_TOKEN', hash, createdAt: now, ...limits }
      await commitToken(store, token, { action: 'token.seed', at: now, caller: { name: 'sluice', tokenId: null } })
    }
  }
  return (await store.tokens()).some((token) => isValid(token, now))
}

function fault(message: string): SluiceError {
  return new SluiceError('invalid-input', `SLUICE_ADMIN_TOKEN ${message}`)
}
