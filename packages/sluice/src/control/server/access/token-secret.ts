import { createHash, timingSafeEqual } from 'node:crypto'

/** A new token with 256 bits of `randomBytes`. Its prefix lets scanners of source code find a leaked token. */
export function newTokenSecret(randomBytes: (size: number) => Uint8Array): string {
  return `sluice_${Buffer.from(randomBytes(32)).toString('base64url')}`
}

/** SHA-256 in 64 hex digits. Only this is stored. Tokens are long and random, so they cannot be guessed from it. */
export function tokenHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Compares in a time that does not depend on where the hashes differ. */
export function isSameHash(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}
