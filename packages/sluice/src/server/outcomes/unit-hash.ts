import { createHmac, createSecretKey } from 'node:crypto'

/** The first 16 hex of HMAC-SHA256 under a secret (hex): the same unit gives the same hash in one store only. */
export function unitHasher(secret: string): (unit: string) => string {
  const key = createSecretKey(secret, 'hex')
  return (unit) => createHmac('sha256', key).update(unit).digest('hex').slice(0, 16)
}
