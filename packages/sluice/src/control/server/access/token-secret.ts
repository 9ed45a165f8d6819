import { createHash, timingSafeEqual } from 'node:crypto'

/** A new token; 256 bits of `randomBytes`. The prefix lets scanners of source code find a leaked one. */
export function newTokenSecret(randomBytes: (size: number) => Uint8Array): string {
  return `sluice_${Buffer.from(randomBytes(32)).toString('base64url')}`
}

/** SHA-256, 64 hex: all that is kept of a token. Tokens are long and random, so that none can be guessed from it. */
export function tokenHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** In time that does not depend on where two hashes differ. */
export function isSameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
